import { Stop } from "../call.ts";
import { FrameKind } from "../frame-kind.ts";
import {
  asksPopulateOnDemand,
  type ExtentOp,
  extentFrames,
  isInvalidGfn,
  replayReservation,
  Verdict,
} from "./reservation.ts";
import type { Semantics } from "./semantics.ts";

/**
 * Direct-mapped: mfn := gfn if the domain owns every frame of the extent, else stop; nothing is allocated and what
 * was at the gfn is replaced unseen. Static: the head of the reserved list, order 0 only. Translated: heap pages,
 * bounded by max_pages. populate_on_demand never works on Arm.
 */
const populate: ExtentOp = {
  rule: "H02",
  readsList: true,
  populates: true,
  judge(call, machine, domain, gfn, order) {
    if (asksPopulateOnDemand(call)) {
      call.stop = Stop.populateOnDemand;
      return Verdict.stop;
    }
    if (domain.mode === "direct-mapped") return judgeOwned(call, domain, gfn, order);
    if (domain.mode === "static") return judgeReserved(call, machine, domain, order);
    if (domain.mode === "translated") {
      const slack = domain.maxPages - domain.totPages;
      if (Number.isNaN(slack)) return Verdict.open;
      if (extentFrames(order) <= slack) return Verdict.done;
      call.stop = Stop.overAllocation;
      return Verdict.stop;
    }
    return Verdict.open;
  },
  apply(call, machine, domain, index, gfn, order) {
    const frames = extentFrames(order);
    for (let i = 0; i < frames; i++) machine.fill(domain, call, index, gfn + i);
    if (domain.mode !== "direct-mapped") domain.totPages += frames;
    if (domain.mode === "static" && domain.reserved > 0) domain.reserved--;
  },
  applyStopped(call, machine, domain, index, gfn, order, certain) {
    // An insert that fails half way leaves a prefix; only an unexplained stop can be one.
    if (certain || order === 0 || Number.isNaN(gfn)) return;
    const frames = extentFrames(order);
    for (let i = 0; i < frames; i++) {
      if (domain.p2m.kindOf(gfn + i) !== FrameKind.own) machine.blur(domain, call, index, gfn + i);
    }
  },
};

function judgeOwned(
  call: Parameters<ExtentOp["judge"]>[0],
  domain: Parameters<ExtentOp["judge"]>[2],
  gfn: number,
  order: number,
): Verdict {
  if (domain.ram === undefined && !isInvalidGfn(gfn)) return Verdict.open;
  const frames = extentFrames(order);
  for (let i = 0; i < frames; i++) {
    if (domain.owns(gfn + i) !== true) {
      call.stop = Stop.notOwned;
      call.stopGfn = gfn + i;
      return Verdict.stop;
    }
  }
  return Verdict.done;
}

function judgeReserved(
  call: Parameters<ExtentOp["judge"]>[0],
  machine: Parameters<ExtentOp["judge"]>[1],
  domain: Parameters<ExtentOp["judge"]>[2],
  order: number,
): Verdict {
  // Static memory reached populate_physmap with 172015009a, in 4.17.
  if (machine.xen === null || machine.xen < 4017) return Verdict.open;
  call.stop = Stop.reserved;
  if (order > 0) return Verdict.stop;
  if (domain.reserved > 0) {
    call.stop = Stop.none;
    return Verdict.done;
  }
  return domain.maptrack.complete ? Verdict.stop : Verdict.open;
}

export const populatePhysmap: Semantics = {
  nr: 12,
  cmd: 6,
  source: "common/memory.c:populate_physmap@master",
  replay: (call, machine) => replayReservation(call, machine, populate),
};
