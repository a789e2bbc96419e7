import { knownRelease, type ReleaseText, type XenRelease } from "@xgt/hypercall-abi";

const at = (text: ReleaseText): XenRelease => knownRelease(text) ?? Number.NaN;

/** First release that has each thing the rules depend on. */
export const since = {
  /** `xen,static-mem`. */
  staticMemory: at("4.16"),
  /** `direct-map`, sizes in /chosen's cells (80e2005373). */
  directMap: at("4.17"),
  /** `xen,enhanced` (4.17). */
  enhanced: at("4.17"),
  /** A uImage may be compressed (arch/arm/kernel.c:kernel_uimage_probe). */
  compressedUImage: at("4.18"),
  /** Xen looks for overlaps of reserved regions and modules (6f7d56ccd3, 4f6a291582). */
  overlapCheck: at("4.18"),
  /** An error below /passthrough stops the domain's construction; before, Xen prints it and goes on (f51c92383b). */
  partialTreeChecked: at("4.18"),
  /** A failed vpl011 stops the domain's construction; 4.17 overwrites the error code. */
  vpl011Checked: at("4.18"),
  /** Shared memory of a direct-mapped domain must be 1:1 (cb1ddafdc5, c56f1ef577). */
  sharedMemoryIdentity: at("4.19"),
  /** Shared memory is kept out of extended regions (a0fee882c1). */
  sharedMemoryHoles: at("4.19"),
  /** Cells of `xen,reg` are checked to be 1 or 2. */
  cellsChecked: at("4.20"),
  colouring: at("4.20"),
  /** A secondary vCPU that cannot be made stops the domain's construction (e3aa330017). */
  vcpuChecked: at("4.20"),
  /** `xen,reg` is kept out of extended regions (3af8a6ed8e). */
  passthroughHoles: at("4.21"),
  /** The xenstore page is allocated by Xen at gfn = mfn (df2c03e2eb). */
  xenstorePage: at("4.21"),
  /** `capabilities`, hardware domain made from a domain node (52cb53f1816a). */
  capabilities: at("4.21"),
  /** No grant window is removed where CONFIG_GRANT_TABLE=n (c9205a01f7). */
  grantTableOff: at("4.21"),
} as const;

/** What an error in a node of a partial tree does: scan_pfdt_node looks at its own return value from 4.18 on. */
export function partialTreeOutcome(release: XenRelease): "panic" | "silent" {
  return release >= since.partialTreeChecked ? "panic" : "silent";
}
