import { Gntst, PAGE_SIZE, since } from "@xgt/hypercall-abi";
import { type Judgement, UnmapEffect } from "../../call/judgement.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind, NOT_KNOWN } from "../../state/frame-kind.ts";
import type { Machine } from "../../state/machine.ts";
import { HandleState } from "../../state/maptrack.ts";

/** Judges one op by the handle's state and what its gfn holds (common/grant_table.c:unmap_common@master). */
export function judgeUnmap(
  machine: Machine,
  domain: Domain,
  handle: number,
  hostAddr: number,
  out: Judgement,
): void {
  const track = domain.maptrack;
  const state = Number.isNaN(handle) ? HandleState.unknown : track.stateOf(handle);
  out.value = Number.NaN;
  out.effect = UnmapEffect.unknown;
  out.live = state === HandleState.live;
  if (state === HandleState.released || (state === HandleState.unseen && track.complete)) {
    out.value = Gntst.badHandle;
    out.effect = UnmapEffect.none;
  } else if (hostAddr === 0) {
    // Zero fields are passed over: okay for a live handle, bad_handle for another, and nothing changes.
    if (out.live) out.value = Gntst.okay;
    out.effect = UnmapEffect.none;
  } else if (out.live && !Number.isNaN(hostAddr))
    judgeAddress(machine, domain, track.find(handle), handle, Math.floor(hostAddr / PAGE_SIZE), out);
}

/** p2m_remove_mapping with the granted frame (arch/arm/p2m.c@4.16,@4.17). */
function judgeAddress(
  machine: Machine,
  domain: Domain,
  slot: number,
  handle: number,
  gfn: number,
  out: Judgement,
): void {
  const kind = domain.p2m.kindOf(gfn);
  if (kind === FrameKind.hole) {
    if (domain.maptrack.gfn.get(slot) !== gfn) return;
    out.value = Gntst.okay;
    out.effect = UnmapEffect.release;
    return;
  }
  if (kind === FrameKind.unknown || kind === FrameKind.mmio || kind === FrameKind.identity) return;
  const same = holdsFrame(domain, slot, handle, gfn, kind);
  // The removal check came with 5a4a2cef08 in 4.17; before, whatever is there goes.
  const checks = same === true ? false : since(machine.xen, "4.17");
  if (checks === null || (checks && same === null)) return;
  if (!checks && losesIdentity(domain, slot)) return;
  out.value = checks ? Gntst.generalError : Gntst.okay;
  out.effect = checks ? UnmapEffect.none : UnmapEffect.releaseAndClear;
}

/** Whether the frame behind the gfn is the handle's; null where it is not known. */
function holdsFrame(
  domain: Domain,
  slot: number,
  handle: number,
  gfn: number,
  kind: FrameKind,
): boolean | null {
  const track = domain.maptrack;
  const mfn = track.mfn.get(slot);
  if (kind === FrameKind.grant && domain.p2m.auxAt(gfn) === handle) return true;
  if (kind === FrameKind.own && domain.directMapped) {
    if (mfn !== NOT_KNOWN) return mfn === gfn;
    return track.granter[slot] === domain.domid ? null : false;
  }
  const there = domain.p2m.mfnAt(gfn);
  if (mfn !== NOT_KNOWN && there !== NOT_KNOWN) return mfn === there;
  // Frames of different owners are different frames.
  const owner = kind === FrameKind.foreign ? domain.p2m.auxAt(gfn) : domain.domid;
  if (kind === FrameKind.grant || owner === NOT_KNOWN) return null;
  if (track.granter[slot] !== owner) return false;
  // A page that was allocated while the granted one was pinned is another.
  return kind === FrameKind.own && domain.p2m.eventAt(gfn) > track.mapEvent.get(slot) ? false : null;
}

/**
 * Whether the handle's identity entry is the last user's and was replaced: its removal then fails, and the status is
 * general_error although the handle and its mapping are gone.
 */
function losesIdentity(domain: Domain, slot: number): boolean {
  const mfn = domain.maptrack.mfn.get(slot);
  if (!domain.directMapped || domain.iommu !== true || mfn === NOT_KNOWN) return false;
  if (domain.maptrack.granter[slot] === domain.domid) return false;
  const kind = domain.p2m.kindOf(mfn);
  return kind !== FrameKind.identity && kind !== FrameKind.hole;
}
