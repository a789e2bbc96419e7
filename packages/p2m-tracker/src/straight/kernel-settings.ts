import { DOMID_FIRST_RESERVED, DOMID_SELF } from "@xgt/hypercall-abi";
import {
  CALL_FRAMES_MAX,
  DMA_PAGES_MAX,
  GUEST_ENTRIES_MAX,
  RELEASED_FRAMES_MAX,
  SMALL_SEGMENT_PAGES,
} from "../limits.ts";
import type { KernelMemory } from "../memory/kernel-memory.ts";
import * as slots from "../memory/kernel-slots.ts";
import { mapFields, unmapFields } from "../rules/watch/grant-op-fields.ts";
import { reservationFields } from "../semantics/shared/reservation-fields.ts";
import { SubOp, straightShapes } from "./straight-counts.ts";

/** Tells the module what is the same for all logs: shapes of calls, and bounds. */
export function writeSettings({ integers }: KernelMemory): void {
  const map = straightShapes[SubOp.map];
  const unmap = straightShapes[SubOp.unmap];
  const decrease = straightShapes[SubOp.decrease];
  const populate = straightShapes[SubOp.populate];
  const settings: readonly (readonly [slot: number, value: number])[] = [
    [slots.MAP_NR, map.subOp.nr],
    [slots.MAP_CMD, map.subOp.cmd],
    [slots.UNMAP_CMD, unmap.subOp.cmd],
    [slots.MAP_IN_WORDS, map.in.rowWords],
    [slots.MAP_OUT_WORDS, map.out.rowWords],
    [slots.UNMAP_IN_WORDS, unmap.in.rowWords],
    [slots.UNMAP_OUT_WORDS, unmap.out.rowWords],
    [slots.MAP_ADDRESS, mapFields.hostAddr],
    [slots.MAP_FLAGS, mapFields.flags],
    [slots.MAP_REF, mapFields.ref],
    [slots.MAP_DOM, mapFields.dom],
    [slots.MAP_STATUS, mapFields.status],
    [slots.MAP_HANDLE, mapFields.handle],
    [slots.MAP_BUS, mapFields.bus],
    [slots.UNMAP_ADDRESS, unmapFields.hostAddr],
    [slots.UNMAP_HANDLE, unmapFields.handle],
    [slots.UNMAP_BUS, unmapFields.bus],
    [slots.UNMAP_STATUS, unmapFields.status],
    [slots.DECREASE_NR, decrease.subOp.nr],
    [slots.DECREASE_CMD, decrease.subOp.cmd],
    [slots.POPULATE_CMD, populate.subOp.cmd],
    [slots.DECREASE_WORDS, decrease.in.rowWords],
    [slots.POPULATE_WORDS, populate.in.rowWords],
    [slots.RESERVATION_DOMID, reservationFields.domid],
    [slots.RESERVATION_ORDER, reservationFields.order],
    [slots.RESERVATION_FLAGS, reservationFields.flags],
    [slots.RESERVATION_COUNT, reservationFields.count],
    [slots.SELF, DOMID_SELF],
    [slots.CALL_FRAMES_BOUND, CALL_FRAMES_MAX],
    [slots.DMA_PAGES_BOUND, DMA_PAGES_MAX],
    [slots.SEGMENT_PAGES_BOUND, SMALL_SEGMENT_PAGES],
    [slots.GUEST_ENTRIES_BOUND, GUEST_ENTRIES_MAX],
    [slots.NOTED_FRAMES_BOUND, RELEASED_FRAMES_MAX],
    [slots.FIRST_RESERVED_DOMID, DOMID_FIRST_RESERVED],
  ];
  for (const [slot, value] of settings) integers[2 * slot] = value;
}
