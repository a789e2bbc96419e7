import type { AddressRange } from "../terms/address-range.ts";
import { registersOf } from "../tree/bus-address.ts";
import { cellOf, type DeviceTree, type DtNode, isCompatible, isEnabled, walk } from "../tree/device-tree.ts";

/** The host's interrupt controller as Xen's drivers read it from the tree. */
export interface HostGic {
  readonly node: DtNode;
  readonly version: 2 | 3;
  readonly distributor: AddressRange;
  /** GICv2: the CPU interface. */
  readonly cpu: AddressRange | null;
  /** GICv3: regions of redistributors. */
  readonly redistributors: readonly AddressRange[];
}

/** The first controller that Xen would drive; null where the tree has none. */
export function hostGic(tree: DeviceTree): HostGic | null {
  for (const node of walk(tree.root)) {
    if (!node.properties.has("interrupt-controller") || !isEnabled(node)) continue;
    const registers = registersOf(node);
    const distributor = registers[0];
    if (distributor === undefined || distributor === null) continue;
    if (isCompatible(node, "arm,gic-v3")) {
      const regions = cellOf(node, "#redistributor-regions") ?? 1;
      const redistributors = registers.slice(1, 1 + regions).filter((range) => range !== null);
      return { node, version: 3, distributor, cpu: null, redistributors };
    }
    if (isCompatible(node, "arm,gic-400", "arm,cortex-a15-gic", "arm,cortex-a7-gic")) {
      return { node, version: 2, distributor, cpu: registers[1] ?? null, redistributors: [] };
    }
  }
  return null;
}
