import { type Call, Stop } from "../../call/call.ts";
import type { Domain } from "../../state/domain.ts";
import { EntryFlag, FrameKind, NOT_KNOWN } from "../../state/frame-kind.ts";
import type { Machine } from "../../state/machine.ts";
import { reaches } from "../shared/p2m-reach.ts";
import { extentFrames, isInvalidGfn } from "../shared/reservation-fields.ts";
import type { Semantics } from "../shared/semantics.ts";
import { type ExtentOp, Verdict } from "./extents.ts";
import { replayReservation } from "./reservation.ts";

/** Whether guest_remove_page takes this gfn away; null where it is not known. */
function isRemovable(domain: Domain, gfn: number): boolean | null {
  switch (domain.p2m.kindOf(gfn)) {
    case FrameKind.own:
    case FrameKind.xen:
      return true;
    case FrameKind.grant:
      return isSelfGrant(domain, gfn);
    case FrameKind.unknown:
      // Beyond the root table nothing can ever have been mapped.
      return isInvalidGfn(gfn) || reaches(domain, gfn) === false ? false : null;
    default:
      return false;
  }
}

/** Whether the grant at this gfn is of the domain's own frame; null where its granter is not known. */
export function isSelfGrant(domain: Domain, gfn: number): boolean | null {
  const handle = domain.p2m.auxAt(gfn);
  const slot = handle === NOT_KNOWN ? -1 : domain.maptrack.find(handle);
  if (slot >= 0) return domain.maptrack.granter[slot] === domain.domid;
  const mfn = domain.p2m.mfnAt(gfn);
  return mfn === NOT_KNOWN ? null : domain.owns(mfn);
}

/**
 * Frame by frame: own RAM, Xen's pages and grants of own frames become holes, everything else stops the call there.
 * A direct-mapped domain keeps the frame (no put_page_alloc_ref); others give it back. A stopped extent has lost the
 * frames before the one that stopped it.
 */
const decrease: ExtentOp = {
  rule: "H04",
  populates: false,
  refuses: (domain, gfn) => isRemovable(domain, gfn) === false,
  judge(call, _machine, domain, gfn, order) {
    const frames = extentFrames(order);
    let open = false;
    for (let i = 0; i < frames; i++) {
      const removable = isRemovable(domain, gfn + i);
      if (removable === null) open = true;
      else if (!removable) {
        call.stop = Stop.notRam;
        call.stopGfn = gfn + i;
        // Either this frame or an earlier one that is not known: the extent fails all the same.
        return Verdict.stop;
      }
    }
    return open ? Verdict.open : Verdict.done;
  },
  apply(call, machine, domain, index, gfn, order) {
    const frames = extentFrames(order);
    for (let i = 0; i < frames; i++) removeFrame(call, machine, domain, index, gfn + i);
  },
  applyRun(call, machine, domain, index, gfn, count) {
    const isUnknown = domain.p2m.kindOf(gfn) === FrameKind.unknown;
    const done = removeRun(call, machine, domain, index, gfn, count, false);
    if (done > 0 && isUnknown) call.progress.open = true;
    return done;
  },
  applyStopped(call, machine, domain, index, gfn, order, certain) {
    if (Number.isNaN(gfn) || order === 0) return;
    const frames = extentFrames(order);
    let open = !certain;
    for (let i = 0; i < frames; i++) {
      if (certain && gfn + i === call.stopGfn) return;
      if (isRemovable(domain, gfn + i) === null) open = true;
      if (open) blurFrame(call, machine, domain, index, gfn + i);
      else removeFrame(call, machine, domain, index, gfn + i);
    }
  },
  contradicts: () => true,
};

/**
 * Takes plain own RAM, of neighbouring gfns, out of the map: how many of them are done at once; 0: the first is to be
 * judged for itself. `call` undefined: one that did all that it was asked for. `trial`: only looks.
 */
export function removeRun(
  call: Call | undefined,
  machine: Machine,
  domain: Domain,
  index: number,
  gfn: number,
  count: number,
  trial: boolean,
): number {
  const direct = domain.directMapped;
  // Pages go back to Xen one by one, unless nobody counts them any more.
  if (!direct && (domain.grants.allSeen || domain.mode === "static")) return 0;
  const kind = domain.p2m.kindOf(gfn);
  const perhaps = kind === FrameKind.unknown && reaches(domain, gfn + count - 1) !== false;
  if (kind !== FrameKind.own && !(perhaps && domain.ram === undefined)) return 0;
  const lineage = kind === FrameKind.own ? EntryFlag.ballooned : 0;
  const done = machine.changeRun(domain, call, index, gfn, count, kind, FrameKind.hole, lineage, trial);
  if (done > 0 && !direct && !trial) domain.losePageCount();
  return done;
}

function blurFrame(call: Call, machine: Machine, domain: Domain, index: number, gfn: number): void {
  machine.blur(domain, call, index, gfn);
  if (!domain.directMapped) domain.losePageCount();
}

function removeFrame(call: Call, machine: Machine, domain: Domain, index: number, gfn: number): void {
  const kind = domain.p2m.kindOf(gfn);
  const aux = domain.p2m.auxAt(gfn);
  const wasRam = kind === FrameKind.own || (kind === FrameKind.unknown && domain.inRam(gfn) === true);
  machine.clear(domain, call, index, gfn, wasRam ? EntryFlag.ballooned : 0);
  if (domain.mode !== "direct-mapped") giveBack(domain, gfn, kind, aux);
}

/** The allocation reference goes too, and with the last reference the page (common/memory.c:guest_remove_page@master). */
function giveBack(domain: Domain, gfn: number, kind: FrameKind, aux: number): void {
  if (kind === FrameKind.xen) {
    if (aux >= 0) domain.xenPages.lose(aux);
  } else if (kind !== FrameKind.own) domain.losePageCount();
  else if (mayBePinned(domain, gfn)) domain.giveBackPinned();
  else domain.giveBack();
}

/** Whether a peer (or the domain itself) may hold the frame behind an own gfn through a grant. */
function mayBePinned(domain: Domain, gfn: number): boolean {
  if (!domain.grants.allSeen) return true;
  if (Number.isNaN(domain.totPages)) return false;
  for (const entry of domain.grants.entries()) {
    if (entry.gfn !== gfn) continue;
    if (entry.dom !== domain.domid || domain.maptrack.pinned(domain.domid, entry.ref)) return true;
  }
  return false;
}

export const decreaseReservation: Semantics = {
  subOp: "decrease_reservation",
  source: "common/memory.c:decrease_reservation,guest_remove_page@master",
  replay: (call, machine) => replayReservation(call, machine, decrease),
};
