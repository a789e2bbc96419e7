import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { moduleFolder } from "./kernel-modules.ts";
import type { LabOptions } from "./lab.ts";
import { LabError } from "./lab-error.ts";
import { type UnpackedSuite, unpackSuite } from "./package-cache.ts";

/** A Dom0 kernel and what its modules are built and loaded from. */
export interface GuestKernel {
  readonly title: string;
  readonly image: string;
  /** Folder that modules are built against. */
  readonly headers: string;
  /** Folder that holds its modules, at any depth. */
  readonly modules: string;
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
    const debian = await debianKernel(unpacked);
    return { ...debian, title: choice.image, image: resolve(choice.image) };
  }
  const same = choice.suite.suite === unpacked.suite;
  return debianKernel(same ? unpacked : await unpackSuite(choice.suite, cache, options.say));
}

async function debianKernel(unpacked: UnpackedSuite): Promise<GuestKernel> {
  const { root, kernelVersion } = unpacked;
  const modules = await moduleFolder(root, kernelVersion);
  const inBoot = join(root, "boot", `vmlinuz-${kernelVersion}`);
  return {
    title: `Linux ${kernelVersion}`,
    // Since Linux 7 the image lies beside its modules.
    image: existsSync(inBoot) ? inBoot : join(modules, "vmlinuz"),
    headers: join(root, "usr/src", `linux-headers-${kernelVersion}`),
    modules,
  };
}

function kernelOfTree(tree: string): GuestKernel {
  const image = join(tree, "arch/arm64/boot/Image");
  if (!existsSync(image)) throw new LabError(`${tree}: no arch/arm64/boot/Image: build the kernel first`);
  if (!existsSync(join(tree, "Module.symvers"))) {
    throw new LabError(`${tree}: no Module.symvers: build the modules too (make ARCH=arm64 modules)`);
  }
  return { title: tree, image, headers: tree, modules: tree };
}
