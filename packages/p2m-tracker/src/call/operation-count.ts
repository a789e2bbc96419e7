import type { Call } from "./call.ts";

/** Operations of a call: extents, grant ops or batch items; 1 for a call without a list. */
export function operationsOf(call: Call): number {
  if (call.shape === undefined) return 1;
  if (call.shape.subOp.argument === "rows") return Number.isNaN(call.in.count) ? 0 : call.in.count;
  let operations = 1;
  for (let list = 0; list < call.shape.in.lists.length; list++)
    operations = Math.max(operations, call.in.listLength(list));
  return operations;
}
