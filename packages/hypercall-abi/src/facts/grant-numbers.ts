import { snakeCase } from "./snake-case.ts";

/** GNTST_*: the status of one grant operation (xen/include/public/grant_table.h). */
export const Gntst = {
  okay: 0,
  generalError: -1,
  badDomain: -2,
  badGntref: -3,
  badHandle: -4,
  badVirtAddr: -5,
  badDevAddr: -6,
  noDeviceSpace: -7,
  permissionDenied: -8,
  badPage: -9,
  badCopyArg: -10,
  addressTooBig: -11,
  eagain: -12,
  noSpace: -13,
} as const;

/** GNTMAP_*: flags of a map (xen/include/public/grant_table.h). */
export const Gntmap = {
  deviceMap: 1,
  hostMap: 2,
  readonly: 4,
  applicationMap: 8,
  containsPte: 16,
} as const;

/** GNTCOPY_*: which side of a copy is a grant reference, not a frame (xen/include/public/grant_table.h). */
export const Gntcopy = { sourceGref: 1, destGref: 2 } as const;

/** GNTTAB_CACHE_*: what a cache_flush does, and whether it names a grant reference (xen/include/public/grant_table.h). */
export const GnttabCache = { clean: 1, inval: 2, sourceGref: 0x80000000 } as const;

const statusNames: ReadonlyMap<number, string> = new Map(
  Object.entries(Gntst).map(([name, value]) => [value, snakeCase(name)]),
);

/** "general_error (-1)"; a status that does not exist is its number alone. */
export function gntstName(status: number): string {
  const name = statusNames.get(status);
  return name === undefined ? `${status}` : `${name} (${status})`;
}
