import { type Call, Stop } from "../call.ts";
import type { Domain } from "../domain.ts";
import { EntryFlag, FrameKind, NOT_KNOWN } from "../frame-kind.ts";
import type { Machine } from "../machine.ts";
import { type ExtentOp, extentFrames, isInvalidGfn, replayReservation, Verdict } from "./reservation.ts";
import type { Semantics } from "./semantics.ts";

/** Whether guest_remove_page takes this gfn away; null where it is not known. */
function isRemovable(domain: Domain, gfn: number): boolean | null {
  switch (domain.p2m.kindOf(gfn)) {
    case FrameKind.own:
    case FrameKind.xen:
      return true;
    case FrameKind.grant:
      return isSelfGrant(domain, gfn);
    case FrameKind.unknown:
      return isInvalidGfn(gfn) ? false : null;
    default:
      return false;
  }
}

/** Whether the grant at this gfn is of the domain's own frame; null where its granter is not known. */
export function isSelfGrant(domain: Domain, gfn: number): boolean | null {
  const entry = domain.p2m.find(gfn);
  const handle = entry < 0 ? NOT_KNOWN : domain.p2m.aux[entry];
  const slot = handle === NOT_KNOWN ? -1 : domain.maptrack.find(handle);
  if (slot >= 0) return domain.maptrack.granter[slot] === domain.domid;
  const mfn = entry < 0 ? NOT_KNOWN : domain.p2m.mfns[entry];
  return mfn === NOT_KNOWN ? null : domain.owns(mfn);
}

/**
 * Frame by frame: own RAM, Xen's pages and grants of own frames become holes, everything else stops the call there.
 * A direct-mapped domain keeps the frame (no put_page_alloc_ref); others give it back. A stopped extent has lost the
 * frames before the one that stopped it.
 */
const decrease: ExtentOp = {
  rule: "H04",
  readsList: true,
  populates: false,
  judge(call, _machine, domain, gfn, order) {
    const frames = extentFrames(order);
    for (let i = 0; i < frames; i++) {
      const removable = isRemovable(domain, gfn + i);
      if (removable === null) return Verdict.open;
      if (!removable) {
        call.stop = Stop.notRam;
        call.stopGfn = gfn + i;
        return Verdict.stop;
      }
    }
    return Verdict.done;
  },
  apply(call, machine, domain, index, gfn, order) {
    const frames = extentFrames(order);
    for (let i = 0; i < frames; i++) removeFrame(call, machine, domain, index, gfn + i);
  },
  applyStopped(call, machine, domain, index, gfn, order, certain) {
    if (Number.isNaN(gfn) || order === 0) return;
    const frames = extentFrames(order);
    for (let i = 0; i < frames; i++) {
      if (certain && gfn + i === call.stopGfn) return;
      if (certain) removeFrame(call, machine, domain, index, gfn + i);
      else machine.blur(domain, call, index, gfn + i);
    }
  },
};

function removeFrame(call: Call, machine: Machine, domain: Domain, index: number, gfn: number): void {
  const kind = domain.p2m.kindOf(gfn);
  machine.clear(domain, call, index, gfn, kind === FrameKind.own ? EntryFlag.ballooned : 0);
  if (domain.mode === "direct-mapped" || kind !== FrameKind.own) return;
  domain.totPages--;
  if (domain.mode === "static") domain.reserved++;
}

export const decreaseReservation: Semantics = {
  nr: 12,
  cmd: 1,
  source: "common/memory.c:decrease_reservation,guest_remove_page@master",
  replay: (call, machine) => replayReservation(call, machine, decrease),
};
