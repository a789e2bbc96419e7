import { MEMOP_CMD_BITS, MemFlag } from "@xgt/hypercall-abi";
import { ALL_ONES, fieldIndex } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import { EXTENT_FRAMES_MAX } from "../../limits.ts";
import { shapeNamed } from "./semantics.ts";

const shape = shapeNamed("populate_physmap").in;
/** Places of the fields of a reservation call. */
export const reservationFields = {
  domid: fieldIndex(shape, "domid"),
  order: fieldIndex(shape, "extent_order"),
  flags: fieldIndex(shape, "mem_flags"),
  count: fieldIndex(shape, "nr_extents"),
} as const;

/** A memory_op command word holds the sub-op below this, and start_extent above. */
const CMD_SPAN = 1 << MEMOP_CMD_BITS;

/** domid of a reservation call; NaN where it was not recorded, as in the functions below. */
export function reservationDomid(call: Call): number {
  return call.in.u64(0, reservationFields.domid);
}

export function extentOrder(call: Call): number {
  return call.in.u64(0, reservationFields.order);
}

export function memFlags(call: Call): number {
  return call.in.u64(0, reservationFields.flags);
}

export function extentCount(call: Call): number {
  return call.in.u64(0, reservationFields.count);
}

export function asksPopulateOnDemand(call: Call): boolean {
  return (memFlags(call) & MemFlag.populateOnDemand) !== 0;
}

/** Whether mem_flags narrow where a heap page may come from. */
export function limitsAllocation(call: Call): boolean {
  return (memFlags(call) & (MemFlag.addressBits | MemFlag.exactNode)) !== 0;
}

/**
 * Extents done at the exit of a fragment, where a recorder sits at the HVC: Xen then leaves the next command word in
 * x0 (arch/arm/domain.c:hypercall_create_continuation@master). NaN: the call is over. A word that is also a possible
 * answer (`highest` or less) is taken for one.
 */
export function continuedAt(call: Call, highest: number): number {
  const word = call.ret;
  if (!(word > highest) || word % CMD_SPAN !== call.cmd) return Number.NaN;
  const done = (word - call.cmd) / CMD_SPAN;
  return done > call.start ? done : Number.NaN;
}

/** Frames of an extent, bounded: Xen refuses orders above 18 whoever asks. */
export function extentFrames(order: number): number {
  return order <= 20 ? 1 << order : EXTENT_FRAMES_MAX;
}

/** Whether a gfn cannot lie in any p2m (Xen's INVALID_GFN and its neighbours). */
export function isInvalidGfn(gfn: number): boolean {
  return gfn >= ALL_ONES;
}
