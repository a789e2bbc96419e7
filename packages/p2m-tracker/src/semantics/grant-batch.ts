import { Recorded } from "@xgt/hypercall-log";
import { type Call, Errno } from "../call.ts";
import type { Domain } from "../domain.ts";
import { gntstName } from "../grant-status.ts";
import type { ConformanceId, Machine } from "../machine.ts";

/** Ops of one call that are followed; (int)count must not be negative in Xen. */
const COUNT_MAX = 2 ** 31 - 1;

/** Whether the whole call is refused before any op; true where it was settled here. */
export function refuseBatch(call: Call, machine: Machine): boolean {
  const count = call.in.count;
  if (count > COUNT_MAX) {
    machine.expectRet(call, "H11", Errno.EINVAL);
    return call.ret !== 0;
  }
  if (call.start !== 0) {
    machine.expectRet(call, "H11", Errno.EINVAL);
    return call.ret !== 0;
  }
  if (call.in.recorded === Recorded.fault) {
    machine.expectRet(call, "H11", count === 0 ? 0 : Errno.EFAULT);
    return true;
  }
  return false;
}

/** A batch whose ops fail only in their statuses returns 0; what else it may return are these. */
export function checkBatchReturn(call: Call, machine: Machine): void {
  if (Number.isNaN(call.ret) || call.ret === 0) {
    call.predictedRet = 0;
    return;
  }
  const allowed = [Errno.EFAULT, Errno.EINVAL, Errno.ENOSYS] as readonly number[];
  if (!allowed.some((errno) => call.retEquals(errno)))
    machine.contradict("H11", call, Number.NaN, "returns 0", `returned ${call.ret}`);
}

/** The status of an op: logged, else predicted; compares the two. */
export function settleStatus(
  call: Call,
  machine: Machine,
  row: number,
  logged: number,
  predicted: number,
  rule: ConformanceId,
  gfn: number,
): number {
  const known = !Number.isNaN(logged);
  if (known && !Number.isNaN(predicted) && logged !== predicted) {
    machine.contradict(rule, call, gfn, `status ${gntstName(predicted)}`, `status ${gntstName(logged)}`);
  }
  const settled = known ? logged : predicted;
  call.setItem(row, predicted, settled);
  return settled;
}

/** The calling domain if it is followed. */
export function callerOf(call: Call, machine: Machine): Domain | undefined {
  call.target = call.caller;
  return machine.domains.get(call.caller);
}
