import { type AddressRange, joined, pagesOf } from "../terms/address-range.ts";
import { translate, translations } from "../tree/bus-address.ts";
import { type DtNode, textOf, walk } from "../tree/device-tree.ts";
import { gicNumber, type InterruptMapRow, interruptMapRows } from "../tree/interrupts.ts";
import type { HostDevice, HostPlatform } from "./host.ts";

/** Cells of a PCI address: flags, and 64 bits. */
const PCI_ADDRESS_CELLS = 3;

/** True for a node that Xen takes for a PCI host bridge (arch/arm/device.c:map_device_children@master). */
export function isPciBridge(node: DtNode): boolean {
  return textOf(node, "device_type") === "pci";
}

/** Where the interrupts of a bridge's devices go. */
interface BridgeInterrupts {
  /** Rows of interrupt-map to an interrupt of the GIC that Xen routes, or to a controller inside of the bridge. */
  readonly routed: readonly InterruptMapRow[];
  /** Rows that lead elsewhere: Xen routes none of them to a domU. */
  readonly unrouted: readonly InterruptMapRow[];
  /** GIC numbers of the unrouted rows. */
  readonly numbers: readonly number[];
}

/**
 * Xen routes the interrupts of the node that xen,path names; `interrupt-map` is walked for Dom0 alone
 * (arch/arm/device.c:map_device_irqs_to_domain, map_device_children@master). `spis`: what the domain's nodes have.
 */
export function bridgeInterrupts(
  node: DtNode,
  host: Pick<HostPlatform, "phandles" | "gic">,
  spis: ReadonlySet<number>,
): BridgeInterrupts {
  const inside = new Set(walk(node));
  const routed: InterruptMapRow[] = [];
  const unrouted: InterruptMapRow[] = [];
  const numbers: number[] = [];
  for (const row of interruptMapRows(node, PCI_ADDRESS_CELLS, host.phandles)) {
    const number = row.parent === host.gic?.node ? gicNumber(row.parentCells) : null;
    if ((number !== null && spis.has(number)) || (number === null && inside.has(row.parent)))
      routed.push(row);
    else unrouted.push(row);
    if (number !== null && !spis.has(number)) numbers.push(number);
  }
  return { routed, unrouted, numbers };
}

/** True where no interrupt of the bridge's devices can reach a domU: none of its own, none of its map. */
export function hasNoInterrupts(device: HostDevice, host: Pick<HostPlatform, "phandles" | "gic">): boolean {
  if (device.spis.length > 0) return false;
  return bridgeInterrupts(device.node, host, new Set(device.spis)).routed.length === 0;
}

/** CPU addresses of a bridge's windows, in pages. */
export function bridgeWindows(node: DtNode): AddressRange[] {
  const rows = translations(node, "ranges");
  if (rows === null || rows === "identity") return [];
  const windows = rows.map(({ parent, size }) => translate(node, { start: parent, size }));
  return joined(windows.filter((window) => window !== null).map(pagesOf));
}
