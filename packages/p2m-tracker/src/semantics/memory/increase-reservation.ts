import { DOMID_SELF } from "@xgt/hypercall-abi";
import { Recorded } from "@xgt/hypercall-log";
import { type Call, Stop } from "../../call/call.ts";
import type { Machine } from "../../state/machine.ts";
import { extentCount, extentFrames, extentOrder, reservationDomid } from "../shared/reservation-fields.ts";
import type { Semantics } from "../shared/semantics.ts";
import { judgePreamble } from "./reservation.ts";

/**
 * Heap pages that become owned and are mapped nowhere; bounded by max_pages, which ballooning on a direct-mapped
 * domain never frees. The list is written for untranslated domains only, so nothing of it matters here.
 */
export const increaseReservation: Semantics = {
  subOp: "increase_reservation",
  source: "common/memory.c:increase_reservation@master",
  replay(call, machine) {
    const preamble = judgePreamble(call, machine, false);
    if (preamble.settled) return;
    const domid = reservationDomid(call);
    const domain = Number.isNaN(domid) ? undefined : machine.resolve(domid, call.caller);
    call.target = domid === DOMID_SELF ? call.caller : domid;
    call.done = call.ret;
    if (domain === undefined) return;
    const frames = extentFrames(extentOrder(call));
    const slack = domain.maxPages - domain.totPages;
    if (!preamble.open && frames > slack) {
      call.stop = Stop.overAllocation;
      call.stopIndex = call.start;
      call.predictedRet = call.start;
      if (Number.isNaN(call.ret) && call.certain) call.done = call.start;
    }
    countPages(call, machine, domid, frames);
  },
};

/** Pages that came: as many extents as the log says; none where nothing says so and none can. */
function countPages(call: Call, machine: Machine, domid: number, frames: number): void {
  const domain = machine.resolve(domid, call.caller);
  if (domain === undefined || call.done === call.start) return;
  const extents = Math.min(call.done, extentCount(call)) - call.start;
  if (Number.isNaN(extents) || call.in.recorded !== Recorded.fields) domain.losePageCount();
  else if (extents > 0) domain.allocate(extents * frames);
}
