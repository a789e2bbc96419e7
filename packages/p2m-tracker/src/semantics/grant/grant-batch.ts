import { Errno, Gntst, gntstName } from "@xgt/hypercall-abi";
import { Recorded } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import type { ConformanceId } from "../../call/judgement.ts";
import type { Domain } from "../../state/domain.ts";
import type { Machine } from "../../state/machine.ts";

/** Ops of one call; (int)count must not be negative in Xen. */
const COUNT_MAX = 2 ** 31 - 1;

/**
 * Whether the whole call is refused before any op; true where it was settled here. In Xen's order: count, the
 * continuation bits that only cache_flush has, then the ops (common/grant_table.c:do_grant_table_op@master).
 * @param noArgument The op answers without looking at its argument.
 */
export function refuseBatch(call: Call, machine: Machine, noArgument = false): boolean {
  const count = call.in.count;
  if (count > COUNT_MAX || call.start !== 0) {
    machine.expectRet(call, "H11", Errno.EINVAL);
    return call.ret !== 0;
  }
  if (call.in.recorded === Recorded.fault && !noArgument) {
    machine.expectRet(call, "H11", count === 0 ? 0 : Errno.EFAULT);
    return true;
  }
  return false;
}

/** What a batch may return: 0 where ops fail only in their statuses, or one of these. `status`: its field. */
export function checkBatchReturn(call: Call, machine: Machine, status: number): void {
  if (Number.isNaN(call.ret) || call.ret === 0) {
    call.predictedRet = 0;
    return;
  }
  // -ENOSYS: a Xen without grant tables. -EINVAL is for counts and bits that refuseBatch() has seen.
  const bare = call.in.recorded === Recorded.nothing && call.retEquals(Errno.EINVAL);
  if (bare || call.retEquals(Errno.EFAULT) || call.retEquals(Errno.ENOSYS) || isFragment(call, status))
    return;
  machine.contradict("H11", call, Number.NaN, "returns 0", `returned ${call.ret}`);
}

/**
 * Whether a recorder at the HVC saw the end of a fragment only: Xen leaves the sub-op in x0, advances the array by the
 * ops that are done, and makes the guest issue the call again (arch/arm/domain.c:hypercall_create_continuation@master).
 * For map_grant_ref that word is 0, which the next call of the thread alone tells from an end.
 */
export function isFragment(call: Call, status: number): boolean {
  return call.ret === call.cmd && doneOps(call, status) < call.in.count;
}

/** Ops that Xen wrote a status for, from the first on. */
export function doneOps(call: Call, status: number): number {
  let row = 0;
  while (row < call.out.rows && !Number.isNaN(loggedStatus(call, row, status))) row++;
  return row;
}

/**
 * Status as logged; NaN: not recorded, or not written. Guests set it to a positive value beforehand, so that one is what
 * stood there before, unless the call returned 0: then Xen has written every status, and this one is none of its own.
 */
export function loggedStatus(call: Call, row: number, status: number): number {
  const value = call.out.s64(row, status);
  return value > 0 && call.ret !== 0 ? Number.NaN : value;
}

/** Whether Xen has a status of this number (GNTST_*). H32 tells of those that are none. */
export function isStatus(status: number): boolean {
  return status <= 0 && status >= Gntst.noSpace;
}

/** What the log leaves of an op that it shows. */
export const OpSeen = {
  /** As usual: the status is logged, or no result of this call was recorded and the model decides. */
  judged: 0,
  /** Not reached. */
  untouched: 1,
  /** May have been carried out. */
  unsure: 2,
} as const;

/**
 * How far a batch got, by its results: ops without a status behind others with one, or of a call that failed. The
 * op at which a call failed may be carried out: Xen writes the status back afterwards (gnttab_map_grant_ref@master).
 * @param done doneOps() of the call.
 */
export function opSeen(call: Call, row: number, status: number, done: number): number {
  if (!Number.isNaN(loggedStatus(call, row, status))) return OpSeen.judged;
  if (call.ret < 0) {
    if (!call.retEquals(Errno.EFAULT)) return OpSeen.untouched;
    return call.out.recorded === Recorded.nothing || row === done ? OpSeen.unsure : OpSeen.untouched;
  }
  if (done === 0) return OpSeen.judged;
  return call.ret > 0 ? OpSeen.untouched : OpSeen.unsure;
}

/**
 * The status of an op: logged, else predicted; compares the two. `rule` null: another status is no contradiction.
 * Without the call's other half an op that would succeed may not have been reached.
 */
export function settleStatus(
  call: Call,
  machine: Machine,
  row: number,
  logged: number,
  predicted: number,
  rule: ConformanceId | null,
  gfn: number,
): number {
  const known = !Number.isNaN(logged);
  const comparable = known && isStatus(logged) && !Number.isNaN(predicted);
  if (comparable && rule !== null && logged !== predicted) {
    machine.contradict(rule, call, gfn, `status ${gntstName(predicted)}`, `status ${gntstName(logged)}`);
  }
  let settled = known ? logged : predicted;
  if (!known && !call.certain && predicted === Gntst.okay) settled = Number.NaN;
  call.setItem(row, predicted, settled);
  return settled;
}

/** The calling domain if it is followed. */
export function callerOf(call: Call, machine: Machine): Domain | undefined {
  call.target = call.caller;
  return machine.domains.get(call.caller);
}
