import { DOMID_SELF, MemFlag, PAGE_SHIFT } from "@xgt/hypercall-abi";
import { Recorded } from "@xgt/hypercall-log";
import { type Call, Stop } from "../../call/call.ts";
import type { ConformanceId, Preamble } from "../../call/judgement.ts";
import type { Domain } from "../../state/domain.ts";
import { MAX_ORDER, type Machine } from "../../state/machine.ts";
import { hasRole, mayTarget, orderPerhapsTaken, orderSurelyTaken } from "../shared/caller-rights.ts";
import {
  asksPopulateOnDemand,
  continuedAt,
  extentCount,
  extentOrder,
  memFlags,
  reservationDomid,
} from "../shared/reservation-fields.ts";
import { type ExtentOp, replayExtents } from "./extents.ts";

/** Xen's bound on nr_extents (common/memory.c:do_memory_op@master: UINT_MAX >> MEMOP_EXTENT_SHIFT). */
export const NR_EXTENTS_MAX = 0x3ffffff;

/**
 * increase, decrease and populate: every failure is a short count (common/memory.c:do_memory_op@master, preamble;
 * the loops of increase_reservation, decrease_reservation, populate_physmap).
 */
export function replayReservation(call: Call, machine: Machine, op: ExtentOp): void {
  const preamble = judgePreamble(call, machine, op.populates);
  if (preamble.settled) return;
  const domid = reservationDomid(call);
  const domain = Number.isNaN(domid) ? undefined : machine.resolve(domid, call.caller);
  if (domain === undefined) return replayUnlisted(call, machine, domid);
  const nr = extentCount(call);
  if (call.in.recorded === Recorded.nothing || Number.isNaN(nr))
    return replayUnrecorded(call, machine, domain);
  replayExtents(call, machine, op, domain, nr, preamble.open, preamble.broken);
}

/** Checks that the three calls share. The result is valid until the next call. */
export function judgePreamble(call: Call, machine: Machine, populates: boolean): Preamble {
  const preamble = call.preamble;
  preamble.begin();
  if (call.in.recorded === Recorded.fault) {
    machine.expectRet(call, "H01", call.start);
    call.done = call.start;
    preamble.settled = true;
    return preamble;
  }
  const nr = extentCount(call);
  const domid = reservationDomid(call);
  call.target = domid === DOMID_SELF ? call.caller : domid;
  preamble.broken = breaksRange(call, machine, nr);
  const refused = refusal(call, machine, populates, nr, domid);
  preamble.open = refused !== Stop.none;
  if (refused === null || refused === Stop.none) return preamble;
  call.stop = refused;
  call.stopIndex = call.start;
  if (preamble.broken) call.predictedRet = call.start;
  else machine.expectRet(call, ruleOfRefusal(populates, refused), call.start);
  preamble.settled = Number.isNaN(call.ret) || call.retEquals(call.start);
  if (preamble.settled) call.done = call.start;
  return preamble;
}

function ruleOfRefusal(populates: boolean, refused: number): ConformanceId {
  if (refused === Stop.order) return "H30";
  return refused === Stop.flags && populates ? "H02" : "H01";
}

/** H01: whatever happened, the answer lies in [start_extent, nr_extents]. */
function breaksRange(call: Call, machine: Machine, nr: number): boolean {
  if (Number.isNaN(call.ret) || continuedAt(call, nr) < nr) return false;
  const low = call.start;
  const high = Number.isNaN(nr) ? Number.POSITIVE_INFINITY : Math.max(low, nr);
  if (call.ret >= low && call.ret <= high) return false;
  const range = high === Number.POSITIVE_INFINITY ? `at least ${low}` : `${low} to ${high}`;
  machine.contradict("H01", call, Number.NaN, `returns ${range}`, `returned ${call.ret}`);
  return true;
}

/**
 * Why the whole call does nothing, in Xen's order: Stop.none where nothing refuses it, null where something that is
 * not known may.
 */
function refusal(call: Call, machine: Machine, populates: boolean, nr: number, domid: number): number | null {
  if (nr > NR_EXTENTS_MAX || call.start >= nr) return Stop.range;
  const exists = Number.isNaN(domid) ? null : machine.exists(domid, call.caller);
  if (exists === false) return Stop.noDomain;
  const flags = refuseFlags(memFlags(call), machine, call.caller);
  if (flags === true) return Stop.flags;
  const allowed = Number.isNaN(domid) ? null : mayTarget(machine, call.caller, domid);
  if (allowed === false && exists === true) return Stop.denied;
  const order = extentOrder(call);
  const lifted = populates && asksPopulateOnDemand(call);
  if (order > (lifted ? MAX_ORDER : orderPerhapsTaken(machine, call.caller))) return Stop.order;
  const open = exists === null || flags === null || allowed === null;
  if (open || (!lifted && order > orderSurelyTaken(machine, call.caller))) return null;
  return Stop.none;
}

/** Whether mem_flags are refused (common/memory.c:construct_memop_from_reservation,propagate_node@master); null: not known. */
function refuseFlags(flags: number, machine: Machine, caller: number): boolean | null {
  if (Number.isNaN(flags)) return false;
  const bits = flags & MemFlag.addressBits;
  // No allocation can honour so few address bits.
  if (bits !== 0 && bits <= PAGE_SHIFT) return true;
  return (flags & MemFlag.vnode) !== 0 ? false : refuseNode(flags, machine, caller);
}

/** The node of mem_flags: Arm has node 0 only, and a plain domain may not insist on one. */
export function refuseNode(flags: number, machine: Machine, caller: number): boolean | null {
  const node = (flags >> MemFlag.nodeShift) & MemFlag.nodeMask;
  if (node === 0) return false;
  const hardware = hasRole(machine, caller, "hardware");
  const control = hasRole(machine, caller, "control");
  const exact = (flags & MemFlag.exactNode) !== 0;
  if (hardware === true || control === true) return node > 1;
  if (hardware === false && control === false) return exact;
  return exact === node > 1 ? exact : null;
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
  if (call.ret === call.start && extentOrder(call) === 0) return;
  machine.forget(domain, `arguments of ${call.name} not recorded`);
}
