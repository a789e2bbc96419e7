import { RANGES_MAX } from "../limits.ts";
import { type AddressRange, joined } from "../terms/address-range.ts";
import { type CellCounts, DEFAULT_CELLS, registersOf } from "../tree/bus-address.ts";
import {
  cellOf,
  cellsOf,
  childNamed,
  type DeviceTree,
  type DtNode,
  numberAt,
  phandleIndex,
  textOf,
} from "../tree/device-tree.ts";
import { gicNumber, interruptsOf } from "../tree/interrupts.ts";
import type { HostDevice } from "./host.ts";

/** One row of `xen,reg`: host address, size, guest address. */
interface PassthroughRange {
  readonly host: bigint;
  readonly size: bigint;
  readonly guest: bigint;
}

/** A node of a partial device tree that speaks to Xen, or describes registers to the guest. */
export interface PassthroughNode {
  readonly node: DtNode;
  /** Counts that Xen reads `xen,reg` with: the parent's own, else 2 and 1. */
  readonly cells: CellCounts;
  readonly xenReg: readonly PassthroughRange[];
  readonly hasXenReg: boolean;
  readonly xenPath: string | null;
  readonly force: boolean;
  /** `reg` as the guest will see it. */
  readonly registers: readonly AddressRange[];
  /** GIC numbers that the guest will read. */
  readonly interrupts: readonly number[];
  /** The host's node that xen,path names; null: none, or not found. */
  readonly host: HostDevice | null;
}

/** Nodes below /passthrough, in order; empty where there is none. */
export function passthroughNodes(
  partial: DeviceTree,
  hostDevice: (path: string) => HostDevice | null,
): PassthroughNode[] {
  const top = childNamed(partial.root, "passthrough");
  if (top === null) return [];
  const phandles = phandleIndex(partial);
  const result: PassthroughNode[] = [];
  const visit = (node: DtNode, cells: CellCounts) => {
    result.push(readNode(node, cells, phandles, hostDevice));
    const own = ownCells(node);
    for (const child of node.children) visit(child, own);
  };
  visit(top, DEFAULT_CELLS);
  return result;
}

/** Counts by common/device-tree/dom0less-build.c:scan_pfdt_node@master: not inherited. */
function ownCells(node: DtNode): CellCounts {
  return {
    address: cellOf(node, "#address-cells") ?? DEFAULT_CELLS.address,
    size: cellOf(node, "#size-cells") ?? DEFAULT_CELLS.size,
  };
}

function readNode(
  node: DtNode,
  cells: CellCounts,
  phandles: ReadonlyMap<number, DtNode>,
  hostDevice: (path: string) => HostDevice | null,
): PassthroughNode {
  const xenPath = textOf(node, "xen,path");
  return {
    node,
    cells,
    xenReg: readXenReg(cellsOf(node, "xen,reg"), cells),
    hasXenReg: node.properties.has("xen,reg"),
    xenPath,
    force: node.properties.has("xen,force-assign-without-iommu"),
    registers: registersOf(node).filter((range) => range !== null),
    interrupts: interruptsOf(node, phandles)
      .map(({ cells }) => gicNumber(cells))
      .filter((number) => number !== null),
    host: xenPath === null ? null : hostDevice(xenPath),
  };
}

function readXenReg(cells: readonly number[], counts: CellCounts): PassthroughRange[] {
  if (counts.address < 1 || counts.address > 2 || counts.size < 1 || counts.size > 2) return [];
  const step = counts.address * 2 + counts.size;
  const rows: PassthroughRange[] = [];
  for (let at = 0; at + step <= cells.length && rows.length < RANGES_MAX; at += step) {
    rows.push({
      host: numberAt(cells, at, counts.address),
      size: numberAt(cells, at + counts.address, counts.size),
      guest: numberAt(cells, at + counts.address + counts.size, counts.address),
    });
  }
  return rows;
}

/** Guest addresses of a row. */
export function guestRange(row: PassthroughRange): AddressRange {
  return { start: row.guest, size: row.size };
}

/** Host addresses of a row. */
export function hostRange(row: PassthroughRange): AddressRange {
  return { start: row.host, size: row.size };
}

/** True if Xen maps this node's xen,reg: with a path, or forced (handle_prop_pfdt@master). */
export function isAssigned(node: PassthroughNode): boolean {
  return node.hasXenReg && (node.xenPath !== null || node.force);
}

/** Guest addresses of all rows of all assigned nodes. */
export function assignedRanges(nodes: readonly PassthroughNode[]): AddressRange[] {
  return joined(nodes.filter(isAssigned).flatMap((node) => node.xenReg.map(guestRange)));
}
