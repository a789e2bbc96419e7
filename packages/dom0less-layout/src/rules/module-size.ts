import type { BootModule } from "../model/boot-module.ts";
import { fileOf, type LayoutModel } from "../model/layout-model.ts";
import { hexAddress, sizeText } from "../terms/address-range.ts";
import { domain, example, KERNEL_PATH } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** A module's reg tells how many bytes Xen takes. */
export const moduleSize: LayoutRule = {
  id: "L30",
  name: "module-size",
  severity: "info",
  outcome: "advice",
  what: "The size in a module's reg is the size of its file.",
  why: "Xen copies, unpacks and places by that number.",
  consequence:
    "Too small: the image is cut, a gzip kernel does not unpack, a ramdisk is not recognised. Too large: stale bytes are copied and more of the first bank is needed.",
  fix: "Write the exact size (the filesize variable in U-Boot after load).",
  source:
    "docs/features/dom0less.pandoc@master; common/device-tree/bootinfo-fdt.c:process_multiboot_node@4.21..master",
  passing: { ...example(domain()), modules: { [KERNEL_PATH]: 0x100_0000 } },
  failing: { ...example(domain()), modules: { [KERNEL_PATH]: 0xff_0000 } },
  check(model, host) {
    for (const module of allModules(model)) {
      const file = fileOf(model.input, module);
      const place = { node: module.node, property: "reg" };
      if (module.memory === null && module.uefiFile !== null && !module.node.properties.has("reg")) {
        const message = `${module.node.path} has no reg: Xen's EFI stub loads ${module.uefiFile} and writes it; booted without UEFI Xen panics`;
        host.report({ ...place, message });
      } else if (module.memory === null) {
        const message = `${module.node.path} has no reg that Xen can read`;
        host.report({ ...place, message, severity: "error", outcome: "panic" });
      } else if (file !== null && file.size > module.memory.size) {
        const message = `${module.node.path} has ${hexAddress(module.memory.size)} bytes, its file ${file.path} ${hexAddress(file.size)}: the image is cut`;
        host.report({ ...place, message, severity: "error", outcome: "silent", range: module.memory });
      } else if (file !== null && file.size < module.memory.size) {
        const more = sizeText(module.memory.size - file.size);
        const message = `${module.node.path} is ${more} larger than its file ${file.path} (${hexAddress(file.size)} bytes)`;
        host.report({ ...place, message, range: module.memory });
      }
    }
  },
};

function allModules(model: LayoutModel): BootModule[] {
  return [...model.host.modules, ...model.domains.flatMap((guest) => guest.config.modules)];
}
