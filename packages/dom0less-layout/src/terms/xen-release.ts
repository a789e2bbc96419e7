/** A Xen release by its minor number: 17 for 4.17, 23 for the branch after 4.22. */
export type XenRelease = number;

/** Releases whose source the rules were read against. */
export const OLDEST_RELEASE: XenRelease = 12;
export const NEWEST_RELEASE: XenRelease = 22;
/** The development branch. */
export const MASTER: XenRelease = NEWEST_RELEASE + 1;

/** The release of "4.17", "4.20.3+127", "4.23-unstable", "master"; null where the text names none. */
export function parseXenRelease(text: string): XenRelease | null {
  if (/^(?:master|staging|unstable)$/i.test(text.trim())) return MASTER;
  const match = /^(?:xen-|RELEASE-|v)?4\.([0-9]{1,3})(?![0-9])/i.exec(text.trim());
  return match === null ? null : Number(match[1]);
}

/** "4.17", "master". */
export function releaseText(release: XenRelease): string {
  return release >= MASTER ? "master" : `4.${release}`;
}

/** First release that has each thing the rules depend on. */
export const since = {
  /** `xen,static-mem`. */
  staticMemory: 16,
  /** `direct-map`, sizes in /chosen's cells (80e2005373). */
  directMap: 17,
  /** `xen,enhanced` (4.17). */
  enhanced: 17,
  /** Xen looks for overlaps of reserved regions and modules (6f7d56ccd3, 4f6a291582). */
  overlapCheck: 18,
  /** An error below /passthrough stops the domain's construction; before, Xen prints it and goes on (f51c92383b). */
  partialTreeChecked: 18,
  /** A failed vpl011 stops the domain's construction; 4.17 overwrites the error code. */
  vpl011Checked: 18,
  /** Shared memory of a direct-mapped domain must be 1:1 (cb1ddafdc5, c56f1ef577). */
  sharedMemoryIdentity: 19,
  /** Shared memory is kept out of extended regions (a0fee882c1). */
  sharedMemoryHoles: 19,
  /** Cells of `xen,reg` are checked to be 1 or 2. */
  cellsChecked: 20,
  colouring: 20,
  /** A secondary vCPU that cannot be made stops the domain's construction (e3aa330017). */
  vcpuChecked: 20,
  /** `xen,reg` is kept out of extended regions (3af8a6ed8e). */
  passthroughHoles: 21,
  /** The xenstore page is allocated by Xen at gfn = mfn (df2c03e2eb). */
  xenstorePage: 21,
  /** `capabilities`, hardware domain made from a domain node (52cb53f1816a). */
  capabilities: 21,
  /** No grant window is removed where CONFIG_GRANT_TABLE=n (c9205a01f7). */
  grantTableOff: 21,
} as const;

/** What an error in a node of a partial tree does: scan_pfdt_node looks at its own return value from 4.18 on. */
export function partialTreeOutcome(release: XenRelease): "panic" | "silent" {
  return release >= since.partialTreeChecked ? "panic" : "silent";
}
