import { Gntst } from "@xgt/hypercall-abi";
import type { Judgement } from "../../call/judgement.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind, NOT_KNOWN } from "../../state/frame-kind.ts";
import { isSelfGrant } from "../memory/decrease-reservation.ts";

/** Version 1 entries of one grant-table frame. */
const ENTRIES_PER_FRAME = 512;
/** Maps of one ref that Xen counts, read-only and writable apart (GNTPIN_incr2oflow_mask: 8-bit counters, top bit clear). */
const PINS_MAX = 128;

/**
 * A map by `grantee` of the granter's ref, after the checks of its flags and domain: Xen's steps from the bounds of
 * the table to the frame (common/grant_table.c:map_grant_ref,_set_status_v1,get_paged_frame@master). No rule is set where
 * the entry may have been rewritten since it was seen.
 */
export function judgeEntry(
  granter: Domain,
  grantee: Domain,
  ref: number,
  writable: boolean,
  out: Judgement,
): void {
  out.value = Number.NaN;
  out.mfn = NOT_KNOWN;
  // Facts list every entry there ever is; other lists hold for as long as the log shows what is written.
  const sure = granter.facts?.grants !== undefined;
  out.rule = sure ? "H11" : null;
  const entry = granter.grants.get(ref);
  const pinned = grantee.maptrack.pinned(granter.domid, ref);
  if (entry === undefined && isBeyondTable(granter, ref) === true) {
    out.value = Gntst.badGntref;
    return;
  }
  if (pinned && grantee.maptrack.pinCount(granter.domid, ref, !writable) >= PINS_MAX) {
    out.value = Gntst.generalError;
    out.rule = null;
    return;
  }
  const looksAtEntry = !pinned || (writable && grantee.maptrack.pinCount(granter.domid, ref, false) === 0);
  if (looksAtEntry) {
    if (entry === undefined) {
      if (granter.grants.allSeen && isBeyondTable(granter, ref) === false) out.value = Gntst.generalError;
      return;
    }
    if (!pinned && entry.dom !== grantee.domid) {
      out.value = Gntst.generalError;
      return;
    }
    if (writable && entry.ro) {
      out.value = Gntst.generalError;
      out.rule = "H18";
      return;
    }
  }
  if (pinned) {
    out.value = Gntst.okay;
    out.mfn = grantee.maptrack.pinnedMfn(granter.domid, ref);
  } else if (entry !== undefined) judgeFrame(granter, grantee, entry.gfn, out);
}

/** Whether a ref lies beyond the granter's table as it is now; null where its size is not known. */
export function isBeyondTable(granter: Domain, ref: number): boolean | null {
  if (Number.isNaN(ref)) return null;
  if (ref < granter.xenPages.tableFrames * ENTRIES_PER_FRAME) return false;
  return granter.xenPages.sizeKnown || ref >= granter.xenPages.maxFrames * ENTRIES_PER_FRAME ? true : null;
}

function judgeFrame(granter: Domain, grantee: Domain, gfn: number, out: Judgement): void {
  const found = hasFrame(granter, gfn);
  if (found === null) return;
  if (found) {
    out.value = Gntst.okay;
    out.mfn = frameBehind(granter, gfn);
    return;
  }
  // A map from before the log began may pin the entry, and then its gfn is not looked at.
  if (grantee.maptrack.complete) out.value = Gntst.badPage;
}

/** Whether a gfn of the granter holds a frame that it may grant: its own, whatever the entry's type, or one of Xen's. */
export function hasFrame(granter: Domain, gfn: number): boolean | null {
  switch (granter.p2m.kindOf(gfn)) {
    case FrameKind.own:
    case FrameKind.xen:
      return true;
    case FrameKind.grant:
      return isSelfGrant(granter, gfn);
    case FrameKind.hole:
    case FrameKind.foreign:
    case FrameKind.mmio:
    case FrameKind.identity:
      return false;
    default:
      return null;
  }
}

function frameBehind(granter: Domain, gfn: number): number {
  const kind = granter.p2m.kindOf(gfn);
  if (kind === FrameKind.own && granter.directMapped) return gfn;
  return kind === FrameKind.xen ? NOT_KNOWN : granter.p2m.mfnAt(gfn);
}
