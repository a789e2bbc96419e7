import { Stop } from "../call.ts";
import { type ExtentOp, extentFrames, replayReservation, Verdict } from "./reservation.ts";
import type { Semantics } from "./semantics.ts";

/** Heap pages that become owned and are mapped nowhere; bounded by max_pages, which ballooning on a direct-mapped domain never frees. */
const increase: ExtentOp = {
  rule: null,
  readsList: false,
  populates: false,
  judge(call, _machine, domain, _gfn, order) {
    const slack = domain.maxPages - domain.totPages;
    if (Number.isNaN(slack) || extentFrames(order) <= slack) return Verdict.open;
    call.stop = Stop.overAllocation;
    return Verdict.stop;
  },
  apply(_call, _machine, domain, _index, _gfn, order) {
    domain.totPages += extentFrames(order);
  },
  applyStopped() {
    // Nothing of a failed allocation is kept.
  },
};

export const increaseReservation: Semantics = {
  nr: 12,
  cmd: 0,
  source: "common/memory.c:increase_reservation@master",
  replay: (call, machine) => replayReservation(call, machine, increase),
};
