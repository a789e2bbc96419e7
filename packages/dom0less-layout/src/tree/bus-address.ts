import { BUS_LEVELS_MAX, RANGES_MAX } from "../limits.ts";
import { type AddressRange, endOf } from "../terms/address-range.ts";
import { cellOf, cellsOf, type DtNode, numberAt } from "./device-tree.ts";

/** Cells of addresses and sizes of a node's children. */
export interface CellCounts {
  readonly address: number;
  readonly size: number;
}

/** What the specification says for a node without its own counts (Xen's DT_ROOT_NODE_*_CELLS_DEFAULT). */
export const DEFAULT_CELLS: CellCounts = { address: 2, size: 1 };
const MOST_CELLS = 4;

/** Counts for the children of a bus node; only the node itself counts, as in the specification. */
export function childCells(node: DtNode): CellCounts {
  return {
    address: bounded(cellOf(node, "#address-cells") ?? DEFAULT_CELLS.address),
    size: bounded(cellOf(node, "#size-cells") ?? DEFAULT_CELLS.size),
  };
}

/** Counts as Xen's scan of /chosen finds them: a node without its own takes those of the nodes above. */
export function inheritedCells(node: DtNode): CellCounts {
  return { address: inherited(node, "#address-cells", 2), size: inherited(node, "#size-cells", 1) };
}

function inherited(node: DtNode, name: string, fallback: number): number {
  for (let at: DtNode | null = node; at !== null; at = at.parent) {
    const value = cellOf(at, name);
    if (value !== null) return bounded(value);
  }
  return fallback;
}

/** Counts above 4 exist nowhere; more would only cost time on broken files. */
function bounded(count: number): number {
  return Math.min(count, MOST_CELLS);
}

/** Pairs of address and size in a property. */
export function rangesIn(cells: readonly number[], counts: CellCounts): AddressRange[] {
  const step = counts.address + counts.size;
  if (step === 0) return [];
  const ranges: AddressRange[] = [];
  for (let at = 0; at + step <= cells.length && ranges.length < RANGES_MAX; at += step) {
    ranges.push({
      start: numberAt(cells, at, counts.address),
      size: counts.size === 0 ? 0n : numberAt(cells, at + counts.address, counts.size),
    });
  }
  return ranges;
}

/** One row of `ranges` or `dma-ranges`. */
export interface Translation {
  /** Address on the bus. */
  readonly child: bigint;
  /** Address above it. */
  readonly parent: bigint;
  readonly size: bigint;
}

/** Rows of `ranges`/`dma-ranges`; "identity" for an empty property, null for none. */
export function translations(bus: DtNode, name: "ranges" | "dma-ranges"): Translation[] | "identity" | null {
  const property = bus.properties.get(name);
  if (property === undefined) return null;
  if (property.data.length === 0) return "identity";
  const child = childCells(bus);
  const parentCells = bus.parent === null ? DEFAULT_CELLS.address : childCells(bus.parent).address;
  const step = child.address + parentCells + child.size;
  const cells = cellsOf(bus, name);
  const rows: Translation[] = [];
  if (step === 0) return rows;
  for (let at = 0; at + step <= cells.length && rows.length < RANGES_MAX; at += step) {
    // A PCI address has a cell of flags before its 64 bits.
    const skip = child.address === 3 ? 1 : 0;
    rows.push({
      child: numberAt(cells, at + skip, child.address - skip),
      parent: numberAt(cells, at + child.address, parentCells),
      size: numberAt(cells, at + child.address + parentCells, child.size),
    });
  }
  return rows;
}

/** A child's address as the CPU sees it; null where a bus above does not pass it on (i2c, spi, PCI). */
export function translate(node: DtNode, address: AddressRange): AddressRange | null {
  let range = address;
  let bus = node.parent;
  for (let level = 0; bus !== null && bus.parent !== null && level < BUS_LEVELS_MAX; level++) {
    const rows = translations(bus, "ranges");
    if (rows === null) return null;
    if (rows !== "identity") {
      const row = rows.find((row) => row.child <= range.start && range.start < row.child + row.size);
      if (row === undefined) return null;
      range = { start: row.parent + (range.start - row.child), size: range.size };
    }
    bus = bus.parent;
  }
  return endOf(range) <= 1n << 64n ? range : null;
}

/** A node's `reg` as CPU addresses; null for an entry that no bus passes on. */
export function registersOf(node: DtNode): (AddressRange | null)[] {
  if (node.parent === null) return [];
  const counts = childCells(node.parent);
  if (counts.size === 0 || counts.address > 2) return [];
  return rangesIn(cellsOf(node, "reg"), counts).map((range) => translate(node, range));
}
