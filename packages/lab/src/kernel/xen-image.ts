import { join } from "node:path";
import { LabError } from "../host/lab-error.ts";
import { labCacheFolder, type UnpackedSuite, unpackSuite } from "../host/package-cache.ts";
import { readBounded } from "../host/read-bounded.ts";
import type { LabRelease } from "../host/releases.ts";
import { KERNEL_IMAGE_BYTES_MAX } from "../limits.ts";
import { imageForm } from "./arm64-image.ts";

/** Refuses what QEMU would boot into silence: Xen begins as an arm64 Image does. Throws LabError. */
export async function checkXenImage(path: string): Promise<void> {
  const file = await readBounded(path, KERNEL_IMAGE_BYTES_MAX, "an arm64 Xen");
  if (imageForm(file) === "plain") return;
  throw new LabError(`${path} is no arm64 Xen: --xen takes the file xen/xen of an arm64 build`);
}

/** A Xen to boot. */
export interface XenImage {
  /** The binary. */
  readonly path: string;
  /** "Xen 4.17.7+13-g2445b30a44-0+deb12u1", or the user's file. */
  readonly title: string;
}

/** Debian's Xen of a suite that is unpacked. */
export function debianXen({ root, packages }: UnpackedSuite, { xen }: LabRelease): XenImage {
  const name = `xen-hypervisor-${xen}-arm64_`;
  const version = packages.find((file) => file.startsWith(name))?.slice(name.length, -"_arm64".length);
  return { path: join(root, "boot", `xen-${xen}-arm64`), title: `Xen ${version ?? xen}` };
}

/** The user's Xen, or Debian's of a release, fetched where the cache does not hold it yet. Throws LabError. */
export async function xenImage(
  release: LabRelease,
  own: string | undefined,
  say: (text: string) => void,
): Promise<XenImage> {
  if (own === undefined) return debianXen(await unpackSuite(release, labCacheFolder(), say), release);
  await checkXenImage(own);
  return { path: own, title: own };
}
