import { fileOf } from "../model/layout-model.ts";
import { kernelProblem } from "../model/module-file.ts";
import { domain, example, KERNEL_PATH } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** Xen tells a kernel by its first bytes. */
export const kernelHeaderUnknown: LayoutRule = {
  id: "L47",
  name: "kernel-header-unknown",
  severity: "error",
  outcome: "panic",
  what: "The file of a multiboot,kernel module begins with a header that Xen knows: arm64 Image, 32-bit zImage, uImage, or gzip.",
  why: "Xen looks at the header for the kind of domain and the place of the image, and takes no raw binary.",
  consequence:
    'Xen says "Could not set up domain ... (rc = -22)" (for Dom0 "Could not set up d0 guest OS") and panics.',
  fix: "Give the kernel an Image header (64 bytes, Linux Documentation/arch/arm64/booting.rst), or wrap it with mkimage -A arm64 -T kernel -C none.",
  source:
    "arch/arm/kernel.c:kernel_zimage64_probe,kernel_uimage_probe,kernel_zimage32_probe@4.12..master; common/device-tree/kernel.c:kernel_probe@4.21..master",
  passing: { ...example(domain()), modules: { [KERNEL_PATH]: kernelFile("ARM\x64") } },
  failing: { ...example(domain()), modules: { [KERNEL_PATH]: kernelFile("nope") } },
  check(model, host) {
    const kernels = [
      ...model.host.modules
        .filter(({ kind }) => kind === "kernel")
        .map((module) => ({ module, guest: null })),
      ...model.domains.flatMap((guest) => (guest.kernel === null ? [] : [{ module: guest.kernel, guest }])),
    ];
    for (const { module, guest } of kernels) {
      const file = fileOf(model.input, module);
      const problem = file === null || file.head.length === 0 ? null : kernelProblem(file, model.release);
      if (file === null || problem === null) continue;
      const message = `${guest?.config.name ?? "Dom0"}: the kernel ${file.path} ${problem}`;
      host.report({ ...(guest !== null && { domain: guest }), node: module.node, message });
    }
  },
};

/** Bytes of a kernel with this magic at 56. */
function kernelFile(magic: string): Uint8Array {
  const bytes = Buffer.alloc(4096);
  bytes.write(magic, 56, "latin1");
  return bytes;
}
