import { fieldIndex } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import { shapeNamed } from "../../semantics/shared/semantics.ts";
import type { Domain } from "../../state/domain.ts";
import type { Machine } from "../../state/machine.ts";

const REMOVE_GPFN = fieldIndex(shapeNamed("remove_from_physmap").in, "gpfn");
const BATCH_GPFNS = 1;

/** gfn that a remove_from_physmap names; NaN: not recorded. */
export function removedGfn(call: Call): number {
  return call.in.u64(0, REMOVE_GPFN);
}

/** gfn of item `index` of an add_to_physmap_batch; NaN: not recorded. */
export function batchGfn(call: Call, index: number): number {
  return index < call.in.listLength(BATCH_GPFNS) ? call.in.listAt(BATCH_GPFNS, index) : Number.NaN;
}

/** The followed domain that a memory_op acted on. */
export function targetDomain(call: Call, machine: Machine): Domain | undefined {
  return call.target === undefined ? undefined : machine.domains.get(call.target);
}
