import type { AddressRange } from "../terms/address-range.ts";
import { inheritedCells, rangesIn } from "../tree/bus-address.ts";
import { cellsOf, type DtNode, isCompatible } from "../tree/device-tree.ts";

type BootModuleKind = "kernel" | "ramdisk" | "device-tree" | "xsm-policy" | "other";

/** A file that the boot loader has put into memory, as a multiboot module node tells Xen. */
export interface BootModule {
  readonly node: DtNode;
  readonly kind: BootModuleKind;
  /** Null where the node has no (whole) reg. */
  readonly memory: AddressRange | null;
}

/** Modules directly below a node (/chosen or a domain). `guess`: untyped ones are a kernel, then a ramdisk. */
export function bootModulesOf(parent: DtNode, guess: boolean): BootModule[] {
  const untyped: BootModuleKind[] = guess ? ["kernel", "ramdisk"] : [];
  const counts = inheritedCells(parent);
  return parent.children
    .filter((node) => isCompatible(node, "multiboot,module", "xen,multiboot-module"))
    .map((node) => {
      const memory = rangesIn(cellsOf(node, "reg"), counts)[0] ?? null;
      return { node, kind: kindOf(node) ?? untyped.shift() ?? "other", memory };
    });
}

/** common/device-tree/bootinfo-fdt.c:fdt_node_to_kind@master. */
function kindOf(node: DtNode): BootModuleKind | null {
  if (isCompatible(node, "xen,linux-zimage", "multiboot,kernel")) return "kernel";
  if (isCompatible(node, "xen,linux-initrd", "multiboot,ramdisk")) return "ramdisk";
  if (isCompatible(node, "xen,xsm-policy")) return "xsm-policy";
  if (isCompatible(node, "multiboot,device-tree")) return "device-tree";
  return null;
}
