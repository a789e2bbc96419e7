import { MEMORY_OP, MemoryOp } from "@xgt/hypercall-abi";
import { Recorded } from "@xgt/hypercall-log";
import type { Call } from "../call/call.ts";
import { doneOps, isFragment } from "../semantics/grant/grant-batch.ts";
import { continuedAt, extentCount } from "../semantics/shared/reservation-fields.ts";

/** Calls that end with a count of extents. */
const RESERVATIONS: ReadonlySet<number> = new Set([
  MemoryOp.increase_reservation,
  MemoryOp.decrease_reservation,
  MemoryOp.populate_physmap,
]);
/** Calls that return nothing above 0 when they are over. */
const OTHERS: ReadonlySet<number> = new Set([MemoryOp.add_to_physmap_batch, MemoryOp.acquire_resource]);

/**
 * Extents, items or ops done at the exit of a fragment, where a recorder sits at the HVC; NaN: the call is over, or
 * nothing tells. A fragment of map_grant_ref leaves 0, which is also the answer of a call that is over.
 */
export function fragmentEnd(call: Call): number {
  if (!(call.ret > 0)) return Number.NaN;
  if (call.nr === MEMORY_OP) {
    const nr = extentCount(call);
    if (RESERVATIONS.has(call.cmd)) return continuedAt(call, nr) < nr ? continuedAt(call, nr) : Number.NaN;
    return OTHERS.has(call.cmd) ? continuedAt(call, 0) : Number.NaN;
  }
  const status = call.shape?.out.fields.findIndex((field) => field.name === "status") ?? -1;
  if (status < 0 || call.out.recorded !== Recorded.fields || !isFragment(call, status)) return Number.NaN;
  return doneOps(call, status);
}
