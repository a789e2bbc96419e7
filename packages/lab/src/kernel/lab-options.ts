import type { DebianSuite, LabRelease } from "../host/releases.ts";

/** Which Xen and which kernel the lab boots. */
export interface LabOptions {
  /** Xen with the suite that it comes from. */
  readonly release: LabRelease;
  /** The user's own Xen; undefined: Debian's. */
  readonly xen?: string | undefined;
  /** Undefined: the kernel of the release's suite. */
  readonly kernel?: KernelChoice | undefined;
  /** Folder for packages; undefined: labCacheFolder(). */
  readonly cache?: string | undefined;
  /** Keeps the guest's images in the cache, and takes those that are there. */
  readonly reuse?: boolean | undefined;
  /** Told of each step, one line. */
  readonly say: (text: string) => void;
}

/** Which kernel is Dom0's. */
export type KernelChoice =
  /** Debian's kernel of a suite. */
  | { readonly suite: DebianSuite }
  /** An arm64 Image that loads the modules of the release's kernel: the same version, patched. */
  | { readonly image: string }
  /** The tree that a kernel and its modules were built in. */
  | { readonly tree: string };
