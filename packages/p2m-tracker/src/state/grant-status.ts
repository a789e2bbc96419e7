/** GNTST_* (xen/include/public/grant_table.h). */
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

/** GNTMAP_* flags of a map. */
export const Gntmap = {
  deviceMap: 1,
  hostMap: 2,
  readonly: 4,
  applicationMap: 8,
  containsPte: 16,
} as const;

/** Flags that an Arm map may carry. */
export const GNTMAP_ALLOWED = Gntmap.hostMap | Gntmap.readonly;

const names: readonly (readonly [number, string])[] = [
  [0, "okay"],
  [-1, "general_error"],
  [-2, "bad_domain"],
  [-3, "bad_gntref"],
  [-4, "bad_handle"],
  [-5, "bad_virt_addr"],
  [-6, "bad_dev_addr"],
  [-7, "no_device_space"],
  [-8, "permission_denied"],
  [-9, "bad_page"],
  [-10, "bad_copy_arg"],
  [-11, "address_too_big"],
  [-12, "eagain"],
  [-13, "no_space"],
];

/** "general_error (-1)". */
export function gntstName(status: number): string {
  const name = names.find(([value]) => value === status)?.[1];
  return name === undefined ? `${status}` : `${name} (${status})`;
}
