import { grantTableOp } from "./grant-table-op.ts";
import type { Hypercall, SubOp } from "./hypercall.ts";
import { memoryOp } from "./memory-op.ts";
import { multicall } from "./multicall.ts";

export { GNTTABOP_CMD_BITS, GRANT_TABLE_OP, grantTableOps } from "./grant-table-op.ts";
export type { ArgumentField, ArgumentList, Direction, Hypercall, SubOp } from "./hypercall.ts";
export { MEMOP_CMD_BITS, MEMORY_OP, memoryOps } from "./memory-op.ts";
export { MULTICALL } from "./multicall.ts";

/** Every hypercall that logs are decoded for, in order of number. */
export const hypercalls: readonly Hypercall[] = [memoryOp, multicall, grantTableOp];

/** The hypercall of that number, if it is known. */
export function hypercallOf(nr: number): Hypercall | undefined {
  return hypercalls.find((hypercall) => hypercall.nr === nr);
}

/** The sub-op of that number, if it is known. */
export function subOpOf(nr: number, cmd: number): SubOp | undefined {
  return hypercallOf(nr)?.subOps.find((subOp) => subOp.cmd === cmd);
}
