import type { AddressRange } from "../terms/address-range.ts";
import { inheritedCells, rangesIn } from "../tree/bus-address.ts";
import { cellsOf, type DtNode, isCompatible, textOf } from "../tree/device-tree.ts";

type BootModuleKind = "kernel" | "ramdisk" | "device-tree" | "xsm-policy" | "other";

/** A file that the boot loader has put into memory, as a multiboot module node tells Xen. */
export interface BootModule {
  /** The multiboot,module node. */
  readonly node: DtNode;
  /** By its compatible, or guessed as Xen does. */
  readonly kind: BootModuleKind;
  /** Null where the node has no (whole) reg. */
  readonly memory: AddressRange | null;
  /** `xen,uefi-binary`: Xen's EFI stub loads this file and writes reg; null: the boot loader does. */
  readonly uefiFile: string | null;
}

/** Nodes below /chosen that Xen looks at for modules: /chosen is depth 1 (early_scan_node@4.11..master). */
const MODULE_DEPTH_MAX = 3;

/**
 * Modules that belong to no domain: below /chosen and, as deep as Xen looks, below its nodes. The first two that do not
 * say what they are are a kernel and a ramdisk.
 */
export function hostModulesOf(chosen: DtNode): BootModule[] {
  const untyped: BootModuleKind[] = ["kernel", "ramdisk"];
  const result: BootModule[] = [];
  const visit = (parent: DtNode, depth: number) => {
    for (const node of parent.children) {
      if (isCompatible(node, "xen,domain")) continue;
      if (isModule(node)) result.push(readModule(node, parent, untyped));
      if (depth < MODULE_DEPTH_MAX) visit(node, depth + 1);
    }
  };
  visit(chosen, 2);
  return result;
}

/** Modules directly below a domain's node. */
export function bootModulesOf(parent: DtNode): BootModule[] {
  return parent.children.filter(isModule).map((node) => readModule(node, parent, []));
}

function isModule(node: DtNode): boolean {
  return isCompatible(node, "multiboot,module", "xen,multiboot-module");
}

function readModule(node: DtNode, parent: DtNode, untyped: BootModuleKind[]): BootModule {
  const memory = rangesIn(cellsOf(node, "reg"), inheritedCells(parent))[0] ?? null;
  const kind = kindOf(node) ?? untyped.shift() ?? "other";
  return { node, kind, memory, uefiFile: textOf(node, "xen,uefi-binary") };
}

/** common/device-tree/bootinfo-fdt.c:fdt_node_to_kind@master. */
function kindOf(node: DtNode): BootModuleKind | null {
  if (isCompatible(node, "xen,linux-zimage", "multiboot,kernel")) return "kernel";
  if (isCompatible(node, "xen,linux-initrd", "multiboot,ramdisk")) return "ramdisk";
  if (isCompatible(node, "xen,xsm-policy")) return "xsm-policy";
  if (isCompatible(node, "multiboot,device-tree")) return "device-tree";
  return null;
}
