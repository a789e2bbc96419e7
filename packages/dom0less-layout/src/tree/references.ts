import { RANGES_MAX } from "../limits.ts";
import {
  cellOf,
  cellsIn,
  type DeviceTree,
  type DtNode,
  type DtProperty,
  isCompatible,
  phandleIndex,
  walk,
} from "./device-tree.ts";
import { interruptMapRows } from "./interrupts.ts";
import {
  cellsNameOf,
  holdsNone,
  isNumberName,
  type ReferenceShape,
  referenceKinds,
} from "./reference-kinds.ts";

/** A phandle inside of a property. */
export interface Reference {
  /** Index of the cell that holds it. */
  readonly at: number;
  /** Cells of the entry: the phandle and its arguments. */
  readonly length: number;
  /** As written; the node may not be there. */
  readonly phandle: number;
  /** Null: no node of the tree has this phandle. */
  readonly target: DtNode | null;
}

/** Phandles that mean "none" in a list (dtc and Linux pass over them). */
const NO_PHANDLE: ReadonlySet<number> = new Set([0, 0xffff_ffff]);

/** What phandles of a tree mean. */
export interface ReferenceIndex {
  readonly phandles: ReadonlyMap<number, DtNode>;
  /**
   * Nodes that have a phandle although no property that surely refers names them: dtc gives phandles to nodes that are
   * referred to, so another property must. Empty in a tree with /__symbols__, where every label gets one.
   */
  readonly unexplained: ReadonlySet<DtNode>;
  /** The tree was read from source with labels, so every reference in it is marked. */
  readonly marked: boolean;
}

/** Looks through a tree once. */
export function referenceIndex(tree: DeviceTree): ReferenceIndex {
  const phandles = phandleIndex(tree);
  const sure: ReferenceIndex = { phandles, unexplained: new Set(), marked: true };
  const unexplained = new Set(phandles.values());
  let marked = false;
  for (const node of walk(tree.root)) {
    for (const property of node.properties.values()) {
      if (property.references !== undefined) marked = true;
      for (const { target } of referencesIn(node, property, sure) ?? []) {
        if (target !== null) unexplained.delete(target);
      }
    }
  }
  const hasSymbols = tree.root.children.some(({ name }) => name === "__symbols__");
  return { phandles, unexplained: hasSymbols ? new Set() : unexplained, marked };
}

/**
 * The references of a property, in order; null: its value is no list of references. What a source file marks counts
 * first, then the name, then the structure of the value against the `#*-cells` of the nodes that it would name.
 */
export function referencesIn(node: DtNode, property: DtProperty, index: ReferenceIndex): Reference[] | null {
  const { name, data, references: marks } = property;
  if (data.length < 4 || data.length % 4 !== 0 || holdsNone(name)) return null;
  const cells = cellsIn(data);
  if (marks !== undefined && marks.length > 0) return marked(cells, marks, index);
  // A hog's gpios are lines of the controller that it stands in.
  if (name === "gpios" && node.properties.has("gpio-hog")) return null;
  const kind = referenceKinds.find((candidate) => candidate.name.test(name));
  if (kind !== undefined) return shaped(node, cells, shapeOf(kind.shape, name), index);
  if (index.marked || isNumberName(name)) {
    return byTargetCells(cells, cellsNameOf(name), index);
  }
  return byTargetCells(cells, cellsNameOf(name), index) ?? inferred(name, cells, index);
}

/** Names in the plural whose targets say how many arguments there are. */
function shapeOf(shape: ReferenceShape, name: string): ReferenceShape {
  const isList = shape.form === "fixed" && shape.count === 0 && /^[a-z-]+s$/.test(name);
  return isList ? { form: "list", cells: cellsNameOf(name), extra: 0 } : shape;
}

function marked(cells: readonly number[], marks: readonly number[], index: ReferenceIndex): Reference[] {
  const places = marks.map((offset) => offset / 4).filter((at) => Number.isInteger(at) && at < cells.length);
  return places.map((at, i) => {
    const phandle = cells[at];
    const length = (places[i + 1] ?? cells.length) - at;
    return { at, length, phandle, target: index.phandles.get(phandle) ?? null };
  });
}

function shaped(
  node: DtNode,
  cells: readonly number[],
  shape: ReferenceShape,
  { phandles }: ReferenceIndex,
): Reference[] {
  const entry = (at: number, length: number): Reference => {
    return { at, length, phandle: cells[at], target: phandles.get(cells[at]) ?? null };
  };
  const result: Reference[] = [];
  switch (shape.form) {
    case "first":
      return [entry(0, cells.length)];
    case "interrupt-map":
      return interruptMapReferences(node, cells, phandles);
    case "id-map":
      for (let at = 0; at + 2 < cells.length && result.length < RANGES_MAX; ) {
        const target = phandles.get(cells[at + 1]);
        const count = target === undefined ? 1 : Math.min(cellOf(target, shape.cells) ?? 1, cells.length);
        result.push(entry(at + 1, 1 + count));
        at += 3 + count;
      }
      return result;
    default:
      for (let at = 0; at < cells.length && result.length < RANGES_MAX; ) {
        const target = phandles.get(cells[at]);
        const own = shape.form === "fixed" ? shape.count : argumentsOf(target, shape.cells, shape.extra);
        const length = Math.min(1 + own, cells.length - at);
        if (!NO_PHANDLE.has(cells[at])) result.push(entry(at, length));
        // Nothing tells where the next entry begins after a phandle that no node has.
        if (target === undefined && !NO_PHANDLE.has(cells[at]) && shape.form === "list") return result;
        at += NO_PHANDLE.has(cells[at]) ? 1 : length;
      }
      return result;
  }
}

function argumentsOf(target: DtNode | undefined, name: string, extra: number): number {
  return target === undefined ? 0 : Math.min(cellOf(target, name) ?? 0, RANGES_MAX) + extra;
}

function interruptMapReferences(
  node: DtNode,
  cells: readonly number[],
  phandles: ReadonlyMap<number, DtNode>,
): Reference[] {
  const address = cellOf(node, "#address-cells") ?? 2;
  const result: Reference[] = [];
  let at = 0;
  for (const { match, parent, parentAddress, parentCells } of interruptMapRows(node, address, phandles)) {
    const length = 1 + parentAddress.length + parentCells.length;
    result.push({ at: at + match.length, length, phandle: cells[at + match.length], target: parent });
    at += match.length + length;
  }
  const own = Math.min(address, cells.length) + (cellOf(node, "#interrupt-cells") ?? 1);
  if (at + own < cells.length) {
    const phandle = cells[at + own];
    result.push({
      at: at + own,
      length: cells.length - at - own,
      phandle,
      target: phandles.get(phandle) ?? null,
    });
  }
  return result;
}

/** A list whose every entry names a node with the `#*-cells` that the name asks for, cut without a rest. */
function byTargetCells(
  cells: readonly number[],
  cellsName: string,
  index: ReferenceIndex,
): Reference[] | null {
  const result: Reference[] = [];
  for (let at = 0; at < cells.length; ) {
    const target = index.phandles.get(cells[at]);
    const count = target === undefined ? null : cellOf(target, cellsName);
    if (target === undefined || count === null || at + 1 + count > cells.length) return null;
    result.push({ at, length: 1 + count, phandle: cells[at], target });
    at += 1 + count;
  }
  return result;
}

/** A value that must be a reference, because a node has its phandle for it, or because node and name belong together. */
function inferred(name: string, cells: readonly number[], index: ReferenceIndex): Reference[] | null {
  const first = index.phandles.get(cells[0]);
  if (first === undefined || !belongs(name, first, index)) return null;
  const all = cells.every((cell) => {
    const target = index.phandles.get(cell);
    return target !== undefined && belongs(name, target, index);
  });
  if (!all) return [{ at: 0, length: cells.length, phandle: cells[0], target: first }];
  return cells.map((phandle, at) => {
    return { at, length: 1, phandle, target: index.phandles.get(phandle) ?? null };
  });
}

function belongs(name: string, target: DtNode, { unexplained }: ReferenceIndex): boolean {
  if (unexplained.has(target) || isCompatible(target, "syscon")) return true;
  const words = name.split(/[-,_]/).filter((word) => word.length > 2);
  const names = [target.name, ...target.labels].join(" ").toLowerCase();
  return words.some((word) => names.includes(word.toLowerCase().replace(/s$/, "")));
}

/** True for a reference that leads nowhere. */
export function isDangling({ phandle, target }: Reference): boolean {
  return target === null && !NO_PHANDLE.has(phandle);
}
