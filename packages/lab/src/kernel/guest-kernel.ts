import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { LabError } from "../host/lab-error.ts";
import { cachedSuites, type UnpackedSuite, unpackSuite } from "../host/package-cache.ts";
import { checkTreeConfig, neededByAll } from "./kernel-config.ts";
import { imageFacts } from "./kernel-image.ts";
import { moduleFolder } from "./kernel-modules.ts";
import type { LabOptions } from "./lab-options.ts";

/** A Dom0 kernel and what its modules are built and loaded from. */
export interface GuestKernel {
  /** For people: "Linux 6.1.0-56-arm64". */
  readonly title: string;
  /** Path of its Image. */
  readonly image: string;
  /** Folder that modules are built against. */
  readonly headers: string;
  /** Folder that holds its modules, at any depth. */
  readonly modules: string;
  /** It has the events that tell of DMA. */
  readonly dmaEvents: boolean;
  /** The tree that it was built in, whose configuration may lack anything; undefined: Debian's has all. */
  readonly tree?: string;
}

/** The kernel that the options choose. Throws LabError. */
export async function kernelOf(
  options: LabOptions,
  unpacked: UnpackedSuite,
  cache: string,
): Promise<GuestKernel> {
  const choice = options.kernel ?? { suite: options.release };
  if ("tree" in choice) return kernelOfTree(resolve(choice.tree));
  if ("image" in choice) {
    return kernelOfImage(resolve(choice.image), unpacked, cache);
  }
  const same = choice.suite.suite === unpacked.suite;
  return debianKernel(same ? unpacked : await unpackSuite(choice.suite, cache, options.say));
}

async function debianKernel(unpacked: UnpackedSuite): Promise<GuestKernel> {
  const { root, kernelVersion } = unpacked;
  const modules = await moduleFolder(root, kernelVersion);
  const inBoot = join(root, "boot", `vmlinuz-${kernelVersion}`);
  // Since Linux 7 the image lies beside its modules.
  const image = existsSync(inBoot) ? inBoot : join(modules, "vmlinuz");
  const headers = join(root, "usr/src", `linux-headers-${kernelVersion}`);
  const { dmaEvents } = await imageFacts(image);
  return { title: `Linux ${kernelVersion}`, image, headers, modules, dmaEvents };
}

/** An Image that loads the modules of a Debian suite in the cache: only one of that very version does. */
async function kernelOfImage(image: string, unpacked: UnpackedSuite, cache: string): Promise<GuestKernel> {
  const { version, dmaEvents } = await imageFacts(image);
  for (const suite of [unpacked, ...(await cachedSuites(cache))]) {
    if (suite.kernelVersion !== version) continue;
    return { ...(await debianKernel(suite)), title: image, image, dmaEvents };
  }
  const { suite, kernelVersion } = unpacked;
  throw new LabError(
    `${image} is Linux ${version}, which refuses the modules of Debian ${suite}'s ${kernelVersion}: build it with that very version (make KERNELRELEASE=${kernelVersion}) and configuration, or give --kernel the tree that it was built in`,
  );
}

async function kernelOfTree(tree: string): Promise<GuestKernel> {
  await checkTreeConfig(tree, neededByAll);
  const image = join(tree, "arch/arm64/boot/Image");
  if (!existsSync(image)) throw new LabError(`${tree}: no arch/arm64/boot/Image: build the kernel first`);
  if (!existsSync(join(tree, "Module.symvers"))) {
    throw new LabError(`${tree}: no Module.symvers: build the modules too (make ARCH=arm64 modules)`);
  }
  const { version, dmaEvents } = await imageFacts(image);
  return { title: `${tree} (Linux ${version})`, image, headers: tree, modules: tree, dmaEvents, tree };
}
