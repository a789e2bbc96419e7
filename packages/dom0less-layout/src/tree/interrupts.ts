import { BUS_LEVELS_MAX, RANGES_MAX } from "../limits.ts";
import { FIRST_SPI } from "../terms/emulated-hardware.ts";
import { cellOf, cellsOf, type DtNode } from "./device-tree.ts";

/** One interrupt of a node, followed to where it arrives. */
export interface Interrupt {
  /** The controller that the chain of parents and maps ends at; null: it ends nowhere. */
  readonly controller: DtNode | null;
  /** The specifier as that controller reads it; without a controller: as written in the node. */
  readonly cells: readonly number[];
  /** The node that the interrupt is written for. */
  readonly parent: DtNode;
  /** The specifier as the node has it. */
  readonly written: readonly number[];
}

/** A node that interrupts go to next, with the specifier as it reads it. */
interface Hop {
  readonly node: DtNode;
  readonly cells: readonly number[];
  /** The unit address that an interrupt-map compares; null: the node has no reg. */
  readonly address: readonly number[] | null;
}

/** Most cells of an address or of a specifier (Xen: DT_MAX_IRQ_SPEC 4, addresses up to 4). */
const CELLS_MAX = 8;

/**
 * Interrupts of a node, from `interrupts-extended` or `interrupts`, each followed through `interrupt-map` to the node that
 * is an interrupt-controller (common/device-tree/device-tree.c:dt_device_get_raw_irq, dt_irq_map_raw@master; the same
 * since 4.11 in common/device_tree.c). `phandles` is the tree's index. Empty where the node has none, or where no node
 * above tells how many cells one has (dt_number_of_irq answers 0).
 */
export function interruptsOf(node: DtNode, phandles: ReadonlyMap<number, DtNode>): Interrupt[] {
  const reg = cellsOf(node, "reg");
  const address = node.properties.has("reg") ? reg : null;
  return specifiersOf(node, phandles).map(({ parent, cells }) => {
    const end = arrival({ node: parent, cells, address }, phandles);
    return { controller: end?.node ?? null, cells: end?.cells ?? cells, parent, written: cells };
  });
}

/** The specifiers of a node as written, each with the node that it is written for. */
function specifiersOf(
  node: DtNode,
  phandles: ReadonlyMap<number, DtNode>,
): { parent: DtNode; cells: number[] }[] {
  const result: { parent: DtNode; cells: number[] }[] = [];
  if (node.properties.has("interrupts-extended")) {
    const extended = cellsOf(node, "interrupts-extended");
    for (let at = 0; at < extended.length && result.length < RANGES_MAX; ) {
      const parent = phandles.get(extended[at]);
      const count = parent === undefined ? null : interruptCells(parent);
      if (parent === undefined || count === null) return result;
      result.push({ parent, cells: extended.slice(at + 1, at + 1 + count) });
      at += 1 + count;
    }
    return result;
  }
  const cells = cellsOf(node, "interrupts");
  const parent = cells.length === 0 ? null : interruptParent(node, phandles);
  const count = parent === null ? null : interruptCells(parent);
  if (parent === null || count === null || count === 0) return result;
  for (let at = 0; at + count <= cells.length && result.length < RANGES_MAX; at += count) {
    result.push({ parent, cells: cells.slice(at, at + count) });
  }
  return result;
}

/**
 * The node that a node's interrupts are written for: the first with `#interrupt-cells` on the way up, where
 * `interrupt-parent` turns the way (dt_irq_find_parent@master). Null: the way ends, or turns in a circle.
 */
export function interruptParent(node: DtNode, phandles: ReadonlyMap<number, DtNode>): DtNode | null {
  let at: DtNode = node;
  for (let step = 0; step < BUS_LEVELS_MAX; step++) {
    const phandle = cellOf(at, "interrupt-parent");
    const next: DtNode | null = phandle === null ? at.parent : (phandles.get(phandle) ?? null);
    if (next === null) return null;
    if (next.properties.has("#interrupt-cells")) return next;
    at = next;
  }
  return null;
}

function interruptCells(controller: DtNode): number | null {
  const count = cellOf(controller, "#interrupt-cells");
  return count === null ? null : Math.min(count, CELLS_MAX);
}

/** Follows an interrupt to its controller (dt_irq_map_raw@master); null: no row of a map fits, or a parent is missing. */
function arrival(first: Hop, phandles: ReadonlyMap<number, DtNode>): Hop | null {
  let hop: Hop | null = first;
  let addressCells = addressCellsAbove(first.node);
  for (let step = 0; hop !== null && step < BUS_LEVELS_MAX; step++) {
    if (hop.node.properties.has("interrupt-controller")) return hop;
    if (!hop.node.properties.has("interrupt-map")) {
      const parent: DtNode | null = interruptParent(hop.node, phandles);
      hop = parent === null ? null : { ...hop, node: parent };
      continue;
    }
    if (hop.address === null && addressCells !== 0) return null;
    hop = mapped(hop, addressCells, phandles);
    addressCells = hop === null ? 0 : Math.min(cellOf(hop.node, "#address-cells") ?? 0, CELLS_MAX);
  }
  return null;
}

/** Xen and Linux look for #address-cells on the way up, and take 2 where there is none. */
function addressCellsAbove(node: DtNode): number {
  for (let at: DtNode | null = node; at !== null; at = at.parent) {
    const count = cellOf(at, "#address-cells");
    if (count !== null) return Math.min(count, CELLS_MAX);
  }
  return 2;
}

/** One row of an `interrupt-map`: what it fits, and where it leads. */
export interface InterruptMapRow {
  /** Unit address and specifier of the child, before the mask. */
  readonly match: readonly number[];
  readonly parent: DtNode;
  /** Unit address at the parent, mostly empty. */
  readonly parentAddress: readonly number[];
  readonly parentCells: readonly number[];
}

/** Rows of a node's `interrupt-map`, up to the first that names no node. `addressCells` as its children have them. */
export function interruptMapRows(
  node: DtNode,
  addressCells: number,
  phandles: ReadonlyMap<number, DtNode>,
): InterruptMapRow[] {
  const own = addressCells + (interruptCells(node) ?? 1);
  const cells = cellsOf(node, "interrupt-map");
  const rows: InterruptMapRow[] = [];
  for (let at = 0; at + own + 1 <= cells.length && rows.length < RANGES_MAX; ) {
    const parent = phandles.get(cells[at + own]);
    const count = parent === undefined ? null : interruptCells(parent);
    if (parent === undefined || count === null) return rows;
    const address = Math.min(cellOf(parent, "#address-cells") ?? 0, CELLS_MAX);
    const start = at + own + 1;
    if (start + address + count > cells.length) return rows;
    rows.push({
      match: cells.slice(at, at + own),
      parent,
      parentAddress: cells.slice(start, start + address),
      parentCells: cells.slice(start + address, start + address + count),
    });
    at = start + address + count;
  }
  return rows;
}

/** The row of a nexus that an interrupt goes through. */
function mapped(hop: Hop, addressCells: number, phandles: ReadonlyMap<number, DtNode>): Hop | null {
  const mask = hop.node.properties.has("interrupt-map-mask") ? cellsOf(hop.node, "interrupt-map-mask") : null;
  const given = [...(hop.address ?? []).slice(0, addressCells)];
  while (given.length < addressCells) given.push(0);
  given.push(...hop.cells);
  const row = interruptMapRows(hop.node, addressCells, phandles).find(({ match }) => {
    return match.every((cell, i) => (((given[i] ?? 0) ^ cell) & (mask?.[i] ?? -1)) === 0);
  });
  return row === undefined ? null : { node: row.parent, cells: row.parentCells, address: row.parentAddress };
}

/**
 * Interrupt number at the GIC: 32 and up for an SPI, 16 and up for the interrupts of one CPU; null where the cells are no
 * GIC's (arch/arm/gic.c:gic_irq_xlate@4.11..master: every first cell but 0 counts from 16).
 */
export function gicNumber(cells: readonly number[]): number | null {
  if (cells.length < 3) return null;
  return cells[0] === 0 ? cells[1] + FIRST_SPI : cells[1] + 16;
}
