import { FRAMES_END, ListState } from "@xgt/hypercall-log";
import { type Call, Stop } from "../../call/call.ts";
import type { ConformanceId, Progress } from "../../call/judgement.ts";
import { CALL_FRAMES_MAX, SMALL_EXTENT_FRAMES } from "../../limits.ts";
import type { Domain } from "../../state/domain.ts";
import type { Machine } from "../../state/machine.ts";
import { hasRole } from "../shared/caller-rights.ts";
import { continuedAt, extentCount, extentFrames, extentOrder } from "../shared/reservation-fields.ts";

/** The first list of every reservation call. */
const EXTENTS = 0;
const TOO_MUCH = "a call names more frames than are followed";

/** What the model says of one extent. */
export const Verdict = { done: 1, stop: 2, open: 3 } as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** The part of decrease and populate that differs. */
export interface ExtentOp {
  /** Rule under which a wrong count is reported. null: the count is never judged. */
  readonly rule: ConformanceId | null;
  /** Whether populate_on_demand lifts the order limit to MAX_ORDER (populate). */
  readonly populates: boolean;
  /** Whether an extent that begins with this frame certainly fails at it. */
  refuses(domain: Domain, gfn: number): boolean;
  /** Judges an extent; sets call.stop, and call.stopGfn to the frame, where it stops. */
  judge(call: Call, machine: Machine, domain: Domain, gfn: number, order: number): Verdict;
  /** The extent is done. */
  apply(call: Call, machine: Machine, domain: Domain, index: number, gfn: number, order: number): void;
  /**
   * Extents of order 0 of neighbouring gfns that the log counts as done, as far as they are plain: gives how many of them
   * it has done at once; 0: the first is to be judged for itself.
   */
  applyRun(call: Call, machine: Machine, domain: Domain, index: number, gfn: number, count: number): number;
  /** The call stopped at this extent: what of it is done all the same. */
  applyStopped(
    call: Call,
    machine: Machine,
    domain: Domain,
    index: number,
    gfn: number,
    order: number,
    certain: boolean,
  ): void;
  /** Whether a count below (or above) the model's contradicts this Xen. */
  contradicts(domain: Domain, predicted: number, logged: number): boolean;
}

/**
 * The extents of a call in list order; the first that fails ends it. What the log counts is done, whatever the model
 * says; without a count the model decides, and what it leaves open is unknown afterwards.
 * @param open The model cannot say whether the call was carried out at all.
 * @param broken The logged count was reported as impossible already.
 */
export function replayExtents(
  call: Call,
  machine: Machine,
  op: ExtentOp,
  domain: Domain,
  nr: number,
  open: boolean,
  broken: boolean,
): void {
  const order = extentOrder(call);
  const progress = call.progress;
  progress.begin(loggedCount(call, nr), open);
  const known = !Number.isNaN(progress.logged);
  const end = known ? Math.min(nr, progress.logged + 1) : nr;
  if (
    namesTooMuch(call, order, known ? progress.logged : nr, known) ||
    exceedsBudget(call, machine, op, domain, order, end)
  ) {
    const why = Number.isNaN(order) ? "the order of a call was not recorded" : TOO_MUCH;
    machine.forget(domain, why);
    call.done = progress.logged;
    return;
  }
  const counted = known && order === 0 ? Math.min(progress.logged, call.in.listLength(EXTENTS)) : 0;
  for (let index = call.start; index < end; ) {
    const run = index < counted ? replayRun(call, machine, op, domain, index, counted - index) : 0;
    if (run === 0 && !replayExtent(call, machine, op, domain, index, order, progress)) break;
    index += Math.max(run, 1);
  }
  if (!progress.open && (!known || progress.logged >= nr)) progress.predicted = nr;
  finish(call, machine, op, domain, progress, broken);
}

/** Extents done by the log: at the HVC also of a fragment; an impossible count is taken for the nearest possible one. */
function loggedCount(call: Call, nr: number): number {
  const continued = continuedAt(call, nr);
  if (continued < nr) return continued;
  return Number.isNaN(call.ret) ? Number.NaN : Math.max(call.start, Math.min(call.ret, nr));
}

function namesTooMuch(call: Call, order: number, upTo: number, known: boolean): boolean {
  const extents = Math.min(upTo, call.in.listLength(EXTENTS)) - call.start;
  return Number.isNaN(order) ? known && extents > 0 : extents * extentFrames(order) > CALL_FRAMES_MAX;
}

/** Whether the extents that are looked at are more than the replay may follow. One that fails at its first frame is not followed. */
function exceedsBudget(
  call: Call,
  machine: Machine,
  op: ExtentOp,
  domain: Domain,
  order: number,
  end: number,
): boolean {
  const frames = Number.isNaN(order) ? 1 : extentFrames(order);
  if (frames <= SMALL_EXTENT_FRAMES) return false;
  const looked = Math.min(end, call.in.listLength(EXTENTS));
  for (let index = call.start; index < looked; index++) {
    const fails = index === call.progress.logged && op.refuses(domain, call.in.listAt(EXTENTS, index));
    if (!fails && machine.extentBudget.take(frames) < frames) return true;
  }
  return false;
}

/** Extents from `index` on, `most` at most, whose gfns follow each other; how many of them are done. */
function replayRun(
  call: Call,
  machine: Machine,
  op: ExtentOp,
  domain: Domain,
  index: number,
  most: number,
): number {
  const gfn = call.in.listAt(EXTENTS, index);
  const count = call.in.runAt(EXTENTS, index, most);
  return gfn + count <= FRAMES_END ? op.applyRun(call, machine, domain, index, gfn, count) : 0;
}

/** One extent; false: the call ended here. */
function replayExtent(
  call: Call,
  machine: Machine,
  op: ExtentOp,
  domain: Domain,
  index: number,
  order: number,
  progress: Progress,
): boolean {
  const known = !Number.isNaN(progress.logged);
  const gfn = index < call.in.listLength(EXTENTS) ? call.in.listAt(EXTENTS, index) : Number.NaN;
  const verdict = progress.open ? Verdict.open : judgeExtent(call, machine, op, domain, gfn, order);
  if (verdict === Verdict.stop) {
    progress.predicted = index;
    call.stopIndex = index;
  }
  if (verdict !== Verdict.done) progress.open = true;
  const done = known ? index < progress.logged : verdict === Verdict.done && call.certain;
  const stopped = known ? index === progress.logged : verdict === Verdict.stop;
  progress.short = known && stopped && verdict === Verdict.done;
  const cut = call.in.listState(EXTENTS) === ListState.present;
  // The log may also count an extent of a list that Xen could not read: nobody knows which frames those were.
  if (Number.isNaN(gfn) && !stopped && (cut || done)) {
    machine.forget(domain, `extent list of ${call.name} was ${cut ? "cut" : "not there"}`);
    return false;
  }
  if (done) op.apply(call, machine, domain, index, gfn, order);
  else if (stopped) {
    // At the HVC a fragment ends between two extents.
    const fragment = continuedAt(call, extentCount(call)) < extentCount(call);
    if (!fragment && !Number.isNaN(order))
      op.applyStopped(call, machine, domain, index, gfn, order, verdict === Verdict.stop);
    return false;
  } else blurExtent(call, machine, domain, index, gfn, order);
  return true;
}

/** Neither the log nor the model says whether this extent was done. */
function blurExtent(
  call: Call,
  machine: Machine,
  domain: Domain,
  index: number,
  gfn: number,
  order: number,
): void {
  if (Number.isNaN(gfn)) return;
  if (Number.isNaN(order)) return machine.forget(domain, "the order of a call was not recorded");
  if (!domain.directMapped) domain.losePageCount();
  const frames = extentFrames(order);
  for (let i = 0; i < frames; i++) machine.blur(domain, call, index, gfn + i);
}

function judgeExtent(
  call: Call,
  machine: Machine,
  op: ExtentOp,
  domain: Domain,
  gfn: number,
  order: number,
): Verdict {
  if (Number.isNaN(gfn)) {
    if (call.in.listState(EXTENTS) === ListState.present) return Verdict.open;
    // A list that Xen cannot read ends the call at that element (__copy_from_guest_offset fails).
    call.stop = Stop.fault;
    return Verdict.stop;
  }
  let verdict = op.judge(call, machine, domain, gfn, Number.isNaN(order) ? 0 : order);
  // Whatever the order, an extent fails where its first frame does.
  if (Number.isNaN(order) && verdict === Verdict.done) verdict = Verdict.open;
  if (verdict === Verdict.stop && Number.isNaN(call.stopGfn)) call.stopGfn = gfn;
  return verdict;
}

/** Sets the predicted count and compares the log with it. */
function finish(
  call: Call,
  machine: Machine,
  op: ExtentOp,
  domain: Domain,
  progress: Progress,
  broken: boolean,
): void {
  const { predicted, logged } = progress;
  call.predictedRet = predicted;
  if (!Number.isNaN(logged)) call.done = logged;
  else call.done = call.certain || predicted === call.start ? predicted : Number.NaN;
  if (broken || Number.isNaN(logged)) return;
  if (progress.short) return checkShort(call, machine, op, domain, logged);
  if (Number.isNaN(predicted) || logged === predicted) return;
  if (continuedAt(call, extentCount(call)) < extentCount(call) && logged < predicted) return;
  const rule = contradictedRule(call, op, predicted, logged);
  if (rule === null || !op.contradicts(domain, predicted, logged)) return;
  const gfn = logged > predicted ? call.stopGfn : call.in.listAt(EXTENTS, logged);
  machine.contradict(rule, call, gfn, `${predicted} extents done`, `${logged} extents done`);
}

/**
 * A count that ends early for no reason. Page-table pages of the hardware domain come from the heap; the pool of any
 * other may be used up, which no log shows (arch/arm/mmu/p2m.c:p2m_alloc_page@master).
 */
function checkShort(call: Call, machine: Machine, op: ExtentOp, domain: Domain, logged: number): void {
  if (op.rule === null || hasRole(machine, domain.domid, "hardware") !== true) return;
  // A count that could as well be a fragment's command word is taken for one.
  if (!Number.isNaN(continuedAt(call, 0)) || !op.contradicts(domain, logged + 1, logged)) return;
  const gfn = call.in.listAt(EXTENTS, logged);
  machine.contradict(op.rule, call, gfn, `more than ${logged} extents done`, `${logged} extents done`);
}

/** The rule that a wrong count breaks. H03: the count is as if a bad extent had been passed over. */
function contradictedRule(call: Call, op: ExtentOp, predicted: number, logged: number): ConformanceId | null {
  if (call.stop === Stop.populateOnDemand) return "H23";
  if (op.rule === "H02" && logged > predicted && logged < extentCount(call)) return "H03";
  return op.rule;
}
