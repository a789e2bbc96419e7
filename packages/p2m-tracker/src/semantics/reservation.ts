import { ALL_ONES, fieldIndex, ListState, Recorded } from "@xgt/hypercall-log";
import { type Call, Stop } from "../call.ts";
import type { Domain } from "../domain.ts";
import { EXTENT_FRAMES_MAX } from "../limits.ts";
import { type ConformanceId, DOMID_SELF, MAX_ORDER, type Machine } from "../machine.ts";
import { shapeNamed } from "./semantics.ts";

const shape = shapeNamed("populate_physmap").in;
const DOMID = fieldIndex(shape, "domid");
const ORDER = fieldIndex(shape, "extent_order");
const FLAGS = fieldIndex(shape, "mem_flags");
const NR_EXTENTS = fieldIndex(shape, "nr_extents");
const EXTENTS = 0;

/** Xen's bound on nr_extents (xen/common/memory.c:do_memory_op@master: UINT_MAX >> MEMOP_EXTENT_SHIFT). */
const NR_EXTENTS_MAX = 0x3ffffff;
/** Address bits of mem_flags up to PAGE_SHIFT that no allocation can honour (propagate_node, construct_memop_from_reservation). */
const ADDRESS_BITS_MASK = 0xff;
const PAGE_SHIFT = 12;
const NODE_MASK = 0xff00;
const POPULATE_ON_DEMAND = 1 << 16;
const EXACT_NODE = 1 << 17;

/** What the model says of one extent. */
export const Verdict = { done: 1, stop: 2, open: 3 } as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** The part of increase, decrease and populate that differs. */
export interface ExtentOp {
  /** Rule under which a wrong count is reported. null: the model gives no verdict on the count. */
  readonly rule: ConformanceId | null;
  /** Whether the extent list is read at all. */
  readonly readsList: boolean;
  /** Whether populate_on_demand lifts the order limit to MAX_ORDER (populate). */
  readonly populates: boolean;
  /** Judges extent `index`; sets call.stop where it stops. */
  judge(call: Call, machine: Machine, domain: Domain, gfn: number, order: number): Verdict;
  /** The extent is done. */
  apply(call: Call, machine: Machine, domain: Domain, index: number, gfn: number, order: number): void;
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
}

/** mem_flags of a reservation call. */
export function memFlags(call: Call): number {
  return call.in.u64(0, FLAGS);
}

export function asksPopulateOnDemand(call: Call): boolean {
  return (memFlags(call) & POPULATE_ON_DEMAND) !== 0;
}

/**
 * increase, decrease and populate: every failure is a short count (xen/common/memory.c:do_memory_op@master, preamble;
 * the loops of increase_reservation, decrease_reservation, populate_physmap).
 */
export function replayReservation(call: Call, machine: Machine, op: ExtentOp): void {
  const half = call.in;
  const start = call.start;
  if (half.recorded === Recorded.fault) {
    machine.expectRet(call, "H01", start);
    call.done = start;
    return;
  }
  const nr = half.u64(0, NR_EXTENTS);
  checkRange(call, machine, start, nr);
  const domid = half.u64(0, DOMID);
  const domain = Number.isNaN(domid) ? undefined : machine.resolve(domid, call.caller);
  call.target = domid === DOMID_SELF ? call.caller : domid;
  const refused = refusal(call, machine, op, start, nr, domid);
  if (refused !== Stop.none) {
    call.stop = refused;
    call.stopIndex = start;
    machine.expectRet(call, refused === Stop.order ? "H30" : (op.rule ?? "H01"), start);
    if (Number.isNaN(call.ret) || call.retEquals(start)) {
      call.done = start;
      return;
    }
  }
  if (domain === undefined) return replayUnlisted(call, machine, domid);
  if (half.recorded === Recorded.nothing || Number.isNaN(nr)) return replayUnrecorded(call, machine, domain);
  replayExtents(call, machine, op, domain, nr, refused !== Stop.none);
}

/** H01: whatever happened, the answer lies in [start_extent, nr_extents]. */
function checkRange(call: Call, machine: Machine, start: number, nr: number): void {
  if (Number.isNaN(call.ret)) return;
  const low = start;
  const high = Number.isNaN(nr) ? Number.POSITIVE_INFINITY : Math.max(start, nr);
  if (call.ret < low || call.ret > high) {
    const range = high === Number.POSITIVE_INFINITY ? `at least ${low}` : `${low} to ${high}`;
    machine.contradict("H01", call, Number.NaN, `returns ${range}`, `returned ${call.ret}`);
  }
}

/** Why the whole call does nothing, in Xen's order; Stop.none where nothing known refuses it. */
function refusal(
  call: Call,
  machine: Machine,
  op: ExtentOp,
  start: number,
  nr: number,
  domid: number,
): number {
  if (nr > NR_EXTENTS_MAX || start >= nr) return Stop.range;
  if (!Number.isNaN(domid) && machine.exists(domid, call.caller) === false) return Stop.noDomain;
  const flags = memFlags(call);
  const bits = flags & ADDRESS_BITS_MASK;
  if (bits !== 0 && bits <= PAGE_SHIFT) return Stop.flags;
  if ((flags & EXACT_NODE) !== 0 && (flags & NODE_MASK) !== 0 && roleOf(machine, call.caller) === false)
    return Stop.flags;
  if (call.in.u64(0, ORDER) > orderLimit(call, machine, op)) return Stop.order;
  return Stop.none;
}

/** The caller's limit on extent_order; where it is not known, the limit that no domain exceeds. */
function orderLimit(call: Call, machine: Machine, op: ExtentOp): number {
  if (op.populates && asksPopulateOnDemand(call)) return MAX_ORDER;
  return machine.domains.get(call.caller)?.spec?.maxOrder ?? MAX_ORDER;
}

/** Whether the caller is the hardware or the control domain; null where the facts do not say. */
function roleOf(machine: Machine, caller: number): boolean | null {
  const roles = machine.domains.get(caller)?.facts?.roles;
  if (roles !== undefined) return roles.length > 0;
  return caller === 0 ? true : null;
}

/** A domain whose state is not followed: the log's own count is all there is. */
function replayUnlisted(call: Call, machine: Machine, domid: number): void {
  call.done = call.ret;
  if (!Number.isNaN(domid)) return;
  const caller = machine.domains.get(call.caller);
  if (caller !== undefined && call.ret !== 0)
    machine.forget(caller, `arguments of ${call.name} not recorded`);
}

/** Nothing says which frames the call named. */
function replayUnrecorded(call: Call, machine: Machine, domain: Domain): void {
  call.done = call.ret;
  if (call.ret === call.start && call.in.u64(0, ORDER) === 0) return;
  machine.forget(domain, `arguments of ${call.name} not recorded`);
}

function replayExtents(
  call: Call,
  machine: Machine,
  op: ExtentOp,
  domain: Domain,
  nr: number,
  refused: boolean,
): void {
  const order = call.in.u64(0, ORDER);
  const logged = call.ret;
  const known = !Number.isNaN(logged);
  let open = refused || Number.isNaN(order);
  let predicted = Number.NaN;
  const recorded = call.in.listLength(EXTENTS);
  const end = known ? Math.min(nr, Math.max(logged, call.start) + 1) : nr;
  for (let index = call.start; index < end; index++) {
    const gfn = op.readsList && index < recorded ? call.in.listAt(EXTENTS, index) : Number.NaN;
    const verdict = open ? Verdict.open : judgeExtent(call, machine, op, domain, index, gfn, order);
    if (verdict === Verdict.stop) {
      predicted = index;
      call.stopIndex = index;
      call.stopGfn = gfn;
    }
    if (verdict !== Verdict.done) open = true;
    const done = known ? index < logged : verdict === Verdict.done;
    const stopped = known ? index === logged : verdict === Verdict.stop;
    if (op.readsList && Number.isNaN(gfn) && (done || !stopped) && listMayContinue(call)) {
      machine.forget(domain, `extent list of ${call.name} was cut`);
      break;
    }
    if (done) op.apply(call, machine, domain, index, gfn, order);
    else if (stopped) {
      op.applyStopped(call, machine, domain, index, gfn, order, verdict === Verdict.stop);
      break;
    } else blurExtent(call, machine, domain, index, gfn, order);
  }
  if (!open && (!known || logged >= nr)) predicted = nr;
  finish(call, machine, op, predicted, open && Number.isNaN(predicted));
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
  const frames = extentFrames(Number.isNaN(order) ? 0 : order);
  for (let i = 0; i < frames; i++) machine.blur(domain, call, index, gfn + i);
}

/** The list of the log is shorter than Xen's. */
function listMayContinue(call: Call): boolean {
  return call.in.listState(EXTENTS) === ListState.present;
}

function judgeExtent(
  call: Call,
  machine: Machine,
  op: ExtentOp,
  domain: Domain,
  index: number,
  gfn: number,
  order: number,
): Verdict {
  if (op.readsList && Number.isNaN(gfn)) {
    const state = call.in.listState(EXTENTS);
    if (state === ListState.present) return Verdict.open;
    // A list that Xen cannot read ends the call at that element (__copy_from_guest_offset fails).
    call.stop = Stop.fault;
    return Verdict.stop;
  }
  const verdict = op.judge(call, machine, domain, gfn, order);
  return verdict === Verdict.stop && index < call.start ? Verdict.open : verdict;
}

/** Sets the predicted count and compares the log with it. */
function finish(call: Call, machine: Machine, op: ExtentOp, predicted: number, open: boolean): void {
  call.predictedRet = open ? Number.NaN : predicted;
  call.done = Number.isNaN(call.ret) ? call.predictedRet : call.ret;
  if (Number.isNaN(call.ret) || Number.isNaN(call.predictedRet) || call.retEquals(call.predictedRet)) return;
  const rule = contradictedRule(call, op, predicted);
  if (rule === null) return;
  const gfn = call.ret > predicted ? call.stopGfn : call.in.listAt(EXTENTS, call.ret);
  machine.contradict(rule, call, gfn, `${predicted} extents done`, `${call.ret} extents done`);
}

/** The rule that a wrong count breaks. H03: the count is as if a bad extent had been passed over. */
function contradictedRule(call: Call, op: ExtentOp, predicted: number): ConformanceId | null {
  if (call.stop === Stop.populateOnDemand) return "H23";
  if (op.rule === "H02" && call.ret > predicted && call.ret < call.in.u64(0, NR_EXTENTS)) return "H03";
  return op.rule;
}

/** Frames of an extent, bounded: what lies beyond EXTENT_FRAMES_MAX is given up by the caller. */
export function extentFrames(order: number): number {
  return order <= 20 ? 1 << order : EXTENT_FRAMES_MAX;
}

/** Whether a gfn cannot lie in any p2m (Xen's INVALID_GFN and its neighbours). */
export function isInvalidGfn(gfn: number): boolean {
  return gfn >= ALL_ONES;
}
