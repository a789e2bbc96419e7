import { since } from "@xgt/hypercall-abi";
import { type Call, Stop } from "../../call/call.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind } from "../../state/frame-kind.ts";
import type { Machine } from "../../state/machine.ts";
import { reaches } from "../shared/p2m-reach.ts";
import {
  asksPopulateOnDemand,
  extentFrames,
  isInvalidGfn,
  limitsAllocation,
} from "../shared/reservation-fields.ts";
import type { Semantics } from "../shared/semantics.ts";
import { type ExtentOp, Verdict } from "./extents.ts";
import { replayReservation } from "./reservation.ts";

/**
 * Direct-mapped: mfn := gfn if the domain owns every frame of the extent, else stop; nothing is allocated and what
 * was at the gfn is replaced unseen. Static: the head of the reserved list, order 0 only. Translated: heap pages,
 * bounded by max_pages. populate_on_demand never works on Arm.
 */
const populate: ExtentOp = {
  rule: "H02",
  populates: true,
  refuses: (domain, gfn) => domain.owns(gfn) === false,
  judge(call, machine, domain, gfn, order) {
    if (asksPopulateOnDemand(call)) {
      call.stop = Stop.populateOnDemand;
      return Verdict.stop;
    }
    // The direct-map branch is tested before the static-memory branch.
    if (domain.mode === "direct-mapped") return judgeOwned(call, domain, gfn, order);
    if (domain.mode === "static") return judgeReserved(call, machine, domain, order);
    return domain.mode === "translated" ? judgeHeap(call, domain, gfn, order) : Verdict.open;
  },
  apply(call, machine, domain, index, gfn, order) {
    const frames = extentFrames(order);
    for (let i = 0; i < frames; i++) machine.fill(domain, call, index, gfn + i);
    if (domain.mode === "direct-mapped") return;
    domain.allocate(frames);
    domain.takeReserved();
  },
  applyRun(call, machine, domain, index, gfn, count) {
    const { directMapped } = domain;
    if (asksPopulateOnDemand(call)) return 0;
    const most = directMapped && !call.progress.open ? ownedRun(domain, gfn, count) : count;
    const done = most === 0 ? 0 : fillWithin(call, machine, domain, index, gfn, most, false);
    if (done > 0 && !directMapped) call.progress.open = true;
    return done;
  },
  applyStopped(call, machine, domain, index, gfn, order, certain) {
    if (domain.mode !== "direct-mapped" && !leavesNoPage(call, domain, gfn, certain)) domain.losePageCount();
    // An insert that fails half way leaves a prefix; only an unexplained stop can be one.
    if (certain || order === 0 || Number.isNaN(gfn)) return;
    const frames = extentFrames(order);
    for (let i = 0; i < frames; i++) {
      if (domain.p2m.kindOf(gfn + i) !== FrameKind.own) machine.blur(domain, call, index, gfn + i);
    }
  },
  contradicts(domain, predicted, logged) {
    if (domain.mode === "direct-mapped") return true;
    // The heap may be empty, and a toolstack may change max_pages, without a call of this log.
    return domain.mode === "static" && logged > predicted;
  },
};

/**
 * Brings own RAM to neighbouring gfns that hold nothing: how many of them are done at once; 0: the first is to be judged
 * for itself. `call` undefined: one that did all that it was asked for. `trial`: only looks.
 */
export function fillRun(
  call: Call | undefined,
  machine: Machine,
  domain: Domain,
  index: number,
  gfn: number,
  count: number,
  trial: boolean,
): number {
  const most = domain.directMapped ? ownedRun(domain, gfn, count) : count;
  return most === 0 ? 0 : fillWithin(call, machine, domain, index, gfn, most, trial);
}

/** As `fillRun`, wherever the gfns lie. */
function fillWithin(
  call: Call | undefined,
  machine: Machine,
  domain: Domain,
  index: number,
  gfn: number,
  count: number,
  trial: boolean,
): number {
  const { directMapped, mode } = domain;
  const kind = domain.p2m.kindOf(gfn);
  if (!directMapped && mode !== "unknown") return 0;
  if (kind !== FrameKind.hole && kind !== FrameKind.unknown) return 0;
  const done = machine.changeRun(domain, call, index, gfn, count, kind, FrameKind.own, 0, trial);
  if (!trial && !directMapped) domain.allocate(done);
  return done;
}

/** gfns from one on, `most` at most, that lie in the domain's same bank. */
function ownedRun(domain: Domain, gfn: number, most: number): number {
  const bank = domain.ram?.find((range) => gfn >= range.gfn && gfn < range.gfn + range.count);
  return bank === undefined ? 0 : Math.min(most, bank.gfn + bank.count - gfn);
}

/** Whether a stop is for want of a page. One that was allocated and could not be mapped stays the domain's. */
function leavesNoPage(call: Call, domain: Domain, gfn: number, certain: boolean): boolean {
  if (certain) return call.stop !== Stop.unmappable;
  return limitsAllocation(call) && reaches(domain, gfn) === true;
}

function judgeOwned(call: Call, domain: Domain, gfn: number, order: number): Verdict {
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

function judgeReserved(call: Call, machine: Machine, domain: Domain, order: number): Verdict {
  // Static memory reached populate_physmap with 172015009a, in 4.17; before, heap pages came.
  if (since(machine.xen, "4.17") !== true) return Verdict.open;
  if (order === 0 && domain.hasReserved) return Verdict.done;
  if (order === 0 && !domain.maptrack.complete) return Verdict.open;
  call.stop = Stop.reserved;
  return Verdict.stop;
}

function judgeHeap(call: Call, domain: Domain, gfn: number, order: number): Verdict {
  const slack = domain.maxPages - domain.totPages;
  if (extentFrames(order) > slack) {
    call.stop = Stop.overAllocation;
    return Verdict.stop;
  }
  if (Number.isNaN(slack) || limitsAllocation(call)) return Verdict.open;
  const mapped = reaches(domain, gfn);
  if (mapped === false) {
    call.stop = Stop.unmappable;
    return Verdict.stop;
  }
  return mapped === true ? Verdict.done : Verdict.open;
}

export const populatePhysmap: Semantics = {
  subOp: "populate_physmap",
  source: "common/memory.c:populate_physmap@master",
  replay: (call, machine) => replayReservation(call, machine, populate),
};
