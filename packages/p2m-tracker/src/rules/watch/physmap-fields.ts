import { fieldIndex } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import { shapeNamed } from "../../semantics/shared/semantics.ts";
import type { Domain } from "../../state/domain.ts";
import type { Machine } from "../../state/machine.ts";

const one = shapeNamed("add_to_physmap").in;
const ONE_IDX = fieldIndex(one, "idx");
const BATCH_IDXS = 0;
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

/** Sub-ops that map frames of a space (XENMAPSPACE_*) at gfns. */
export const placementSubOps: readonly string[] = ["add_to_physmap", "add_to_physmap_batch"];

/** Whether a call is one of `placementSubOps`, for hooks that see every call. */
export function isPlacement(call: Call): boolean {
  return placementSubOps.includes(call.name);
}

/** Index that item `item` of a call of `placementSubOps` maps; NaN: not recorded. */
export function placedIndex(call: Call, item: number): number {
  if (call.name === "add_to_physmap") return call.in.u64(0, ONE_IDX);
  return item < call.in.listLength(BATCH_IDXS) ? call.in.listAt(BATCH_IDXS, item) : Number.NaN;
}

/** Ops, extents or items that a call names: messages about neighbouring frames of more than one must be the same. */
export function itemsOf(call: Call): number {
  return Math.max(call.in.rows, call.in.listLength(0));
}

/** The followed domain that a memory_op acted on. */
export function targetDomain(call: Call, machine: Machine): Domain | undefined {
  return call.target === undefined ? undefined : machine.domains.get(call.target);
}
