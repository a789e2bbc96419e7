import { ASSUMED_KERNEL_SIZE, type PlannedModule, type WantedDomain } from "../request/plan-request.ts";
import {
  type AddressRange,
  alignUp,
  endOf,
  intersectAll,
  SUPERPAGE_SIZE,
  subtract,
} from "../terms/address-range.ts";
import { wholeSuperpages } from "./memory-constraint.ts";

/** Room for a partial tree whose size is not known yet. */
const PARTIAL_ROOM = SUPERPAGE_SIZE;

/** U-Boot loads nothing above its own end of RAM, which lies below 4 GiB on most boards (lib/lmb.c, board_get_usable_ram_top). */
export const LOADER_TOP = 1n << 32n;

/**
 * Where the boot loader puts a domain's files: 2 MiB-aligned, next to each other, at the top of the highest free range
 * below 4 GiB, where boot loaders and 32-bit disk controllers reach; above it only where nothing else is left. Null: no
 * range is large enough.
 */
export function placeModules(
  free: readonly AddressRange[],
  domain: WantedDomain,
  partialSize: bigint | null,
): { modules: PlannedModule[]; left: AddressRange[] } | null {
  const sizes: { kind: PlannedModule["kind"]; size: bigint; room: bigint; assumed: boolean }[] = [];
  const kernel = domain.kernelSize ?? ASSUMED_KERNEL_SIZE;
  sizes.push({ kind: "kernel", size: kernel, room: kernel, assumed: domain.kernelSize === null });
  if (domain.ramdiskSize !== null) {
    sizes.push({ kind: "ramdisk", size: domain.ramdiskSize, room: domain.ramdiskSize, assumed: false });
  }
  if (partialSize !== null) {
    sizes.push({ kind: "device-tree", size: partialSize, room: PARTIAL_ROOM, assumed: false });
  }
  const placed = placeFiles(
    free,
    sizes.map(({ room }) => room),
  );
  if (placed === null) return null;
  const modules = sizes.map(({ kind, size, assumed }, i) => {
    return { kind, memory: { start: placed.starts[i], size }, assumed };
  });
  return { modules, left: placed.left };
}

/** Places for pieces of these sizes, 2 MiB-aligned and next to each other; null: no range is large enough. */
export function placeFiles(
  free: readonly AddressRange[],
  sizes: readonly bigint[],
): { starts: bigint[]; left: AddressRange[] } | null {
  const rooms = sizes.map((size) => alignUp(size, SUPERPAGE_SIZE));
  const total = rooms.reduce((sum, room) => sum + room, 0n);
  const low = intersectAll(free, [{ start: 0n, size: LOADER_TOP }]).map(wholeSuperpages);
  const range =
    low.findLast(({ size }) => size >= total) ??
    free.map(wholeSuperpages).findLast(({ size }) => size >= total);
  if (range === undefined) return null;
  const first = endOf(range) - total;
  let at = first;
  const starts = rooms.map((room) => {
    const start = at;
    at += room;
    return start;
  });
  return { starts, left: subtract(free, [{ start: first, size: total }]) };
}
