import { DOMID_SELF, PAGE_SIZE } from "@xgt/hypercall-abi";
import { fieldIndex } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import { copySides } from "../../semantics/grant/copy.ts";
import { shapeNamed } from "../../semantics/shared/semantics.ts";

const map = shapeNamed("map_grant_ref");
const unmap = shapeNamed("unmap_grant_ref");
const replace = shapeNamed("unmap_and_replace");

/** Members of one op of map_grant_ref, for `call.in` and `call.out`. */
export const mapFields = {
  hostAddr: fieldIndex(map.in, "host_addr"),
  flags: fieldIndex(map.in, "flags"),
  ref: fieldIndex(map.in, "ref"),
  dom: fieldIndex(map.in, "dom"),
  status: fieldIndex(map.out, "status"),
  handle: fieldIndex(map.out, "handle"),
  bus: fieldIndex(map.out, "dev_bus_addr"),
};

/** Members of one op of an unmap. */
interface UnmapFields {
  readonly hostAddr: number;
  readonly handle: number;
  readonly status: number;
}

/** Members of one op of unmap_grant_ref. */
export const unmapFields = {
  hostAddr: fieldIndex(unmap.in, "host_addr"),
  handle: fieldIndex(unmap.in, "handle"),
  status: fieldIndex(unmap.out, "status"),
  bus: fieldIndex(unmap.in, "dev_bus_addr"),
};
const replaceFields: UnmapFields = {
  hostAddr: fieldIndex(replace.in, "host_addr"),
  handle: fieldIndex(replace.in, "handle"),
  status: fieldIndex(replace.out, "status"),
};

/** The handle that never is one: Xen's INVALID_MAPTRACK_HANDLE (common/grant_table.c), Linux's INVALID_GRANT_HANDLE. */
export const INVALID_HANDLE = 0xffffffff;

/** Both sub-ops that end a grant mapping. */
export const unmapSubOps: readonly string[] = ["unmap_grant_ref", "unmap_and_replace"];

/** Whether a call is one of `unmapSubOps`, for hooks that see every call. */
export function isUnmap(call: Call): boolean {
  return call.nr === unmap.subOp.nr && (call.cmd === unmap.subOp.cmd || call.cmd === replace.subOp.cmd);
}

/** Where the members stand in a call of one of `unmapSubOps`. */
export function unmapFieldsOf(call: Call): UnmapFields {
  return call.cmd === unmap.subOp.cmd ? unmapFields : replaceFields;
}

/**
 * The other domain that op `row` of a copy names by a grant ref, the source first; the caller where both sides are its own
 * frames; NaN: not recorded.
 */
export function copyPeer(call: Call, row: number): number {
  const source = call.in.u64(row, copySides.source.domid);
  return source === DOMID_SELF || source === call.caller ? call.in.u64(row, copySides.dest.domid) : source;
}

/** Frame of a byte address; NaN stays NaN. */
export function frameOf(address: number): number {
  return Math.floor(address / PAGE_SIZE);
}

/** Bits of an address below the frame; 0 where the address is not known. */
export function offsetOf(address: number): number {
  return Number.isNaN(address) ? 0 : address % PAGE_SIZE;
}
