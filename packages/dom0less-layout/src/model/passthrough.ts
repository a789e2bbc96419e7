import { RANGES_MAX } from "../limits.ts";
import { type AddressRange, joined } from "../terms/address-range.ts";
import { type CellCounts, DEFAULT_CELLS, registersOf } from "../tree/bus-address.ts";
import {
  baseName,
  cellOf,
  cellsOf,
  childNamed,
  type DeviceTree,
  type DtNode,
  isCompatible,
  numberAt,
  phandleIndex,
  phandleOf,
  textOf,
} from "../tree/device-tree.ts";
import { gicNumber, interruptParent, interruptsOf } from "../tree/interrupts.ts";
import type { HostDevice } from "./host.ts";

/** One row of `xen,reg`: host address, size, guest address. */
interface PassthroughRange {
  readonly host: bigint;
  readonly size: bigint;
  readonly guest: bigint;
}

/** A node of a partial device tree that speaks to Xen, or describes registers to the guest. */
export interface PassthroughNode {
  /** The node of the partial tree. */
  readonly node: DtNode;
  /** Counts that Xen reads `xen,reg` with: the parent's own, else 2 and 1. */
  readonly cells: CellCounts;
  /** Rows that Xen maps; empty where it refuses the cell counts. */
  readonly xenReg: readonly PassthroughRange[];
  /** xen,reg is there, with rows or without. */
  readonly hasXenReg: boolean;
  /** Path of a host node; null: no xen,path. */
  readonly xenPath: string | null;
  /** xen,force-assign-without-iommu is there. */
  readonly force: boolean;
  /** `reg` as the guest will see it. */
  readonly registers: readonly AddressRange[];
  /** GIC numbers that the guest will read. */
  readonly interrupts: readonly number[];
  /** Interrupts that end at another node of the partial tree. */
  readonly inner: number;
  /** Interrupts that lead to no controller that the guest has. */
  readonly lost: number;
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
  const guest = guestPhandles(partial);
  const result: PassthroughNode[] = [];
  const visit = (node: DtNode, cells: CellCounts) => {
    result.push(readNode(node, cells, guest, hostDevice));
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

/** Nodes of the guest's tree by phandle, as far as a partial tree can refer to them. */
interface GuestPhandles {
  readonly nodes: ReadonlyMap<number, DtNode>;
  /** Stands for the controller that Xen makes. */
  readonly gic: DtNode;
}

/** Phandle of the controller that Xen makes where the partial tree has no /gic with one (GUEST_PHANDLE_GIC). */
const GUEST_PHANDLE_GIC = 65000;

/**
 * Phandles as the guest sees them: Xen puts the controller that it makes in the place of /gic and gives it that node's
 * phandle (arch/arm/dom0less-build.c:init_intc_phandle@4.21..master, domain_handle_dtb_bootmodule before).
 */
export function guestPhandles(partial: DeviceTree): GuestPhandles {
  const nodes = phandleIndex(partial);
  const given = partial.root.children.find((node) => baseName(node) === "gic");
  const location = given?.location ?? partial.root.location;
  const three = { name: "#interrupt-cells", data: Buffer.from([0, 0, 0, 3]), location };
  const mark = { name: "interrupt-controller", data: new Uint8Array(), location };
  const properties = new Map([three, mark].map((property) => [property.name, property]));
  const gic: DtNode = {
    name: "gic",
    path: "/gic",
    parent: null,
    properties,
    children: [],
    location,
    labels: [],
  };
  nodes.set((given === undefined ? null : phandleOf(given)) ?? GUEST_PHANDLE_GIC, gic);
  return { nodes, gic };
}

function readNode(
  node: DtNode,
  cells: CellCounts,
  guest: GuestPhandles,
  hostDevice: (path: string) => HostDevice | null,
): PassthroughNode {
  const xenPath = textOf(node, "xen,path");
  const all = interruptsOf(node, guest.nodes);
  const atGic = all.filter(({ controller }) => controller === guest.gic);
  return {
    node,
    cells,
    xenReg: readXenReg(cellsOf(node, "xen,reg"), cells),
    hasXenReg: node.properties.has("xen,reg"),
    xenPath,
    force: node.properties.has("xen,force-assign-without-iommu"),
    registers: registersOf(node).filter((range) => range !== null),
    interrupts: atGic.map(({ cells }) => gicNumber(cells)).filter((number) => number !== null),
    inner: all.filter(({ controller }) => controller !== null && controller !== guest.gic).length,
    lost: all.filter(({ controller }) => controller === null).length + (isCut(node, guest) ? 1 : 0),
    host: xenPath === null ? null : hostDevice(xenPath),
  };
}

/** The node has interrupts, and nothing on the way up says how many cells one has. */
function isCut(node: DtNode, guest: GuestPhandles): boolean {
  return node.properties.has("interrupts") && interruptParent(node, guest.nodes) === null;
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

/** Memory that the domain shares with firmware (docs/hypervisor-guide/arm/firmware/arm-scmi.rst@master): no device's. */
export function isFirmwareMailbox(node: DtNode): boolean {
  return isCompatible(node, "arm,scmi-shmem");
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
