import type { Location } from "@xgt/findings";
import type { AddressRange } from "../terms/address-range.ts";

/** A property with the place it was read from. */
export interface DtProperty {
  readonly name: string;
  readonly data: Uint8Array;
  readonly location: Location;
  /** Byte offsets of the cells that a source file, or an overlay's /__local_fixups__, says are phandles. */
  readonly references?: readonly number[];
}

/** A node. Readers and the overlay merge change it; everything else only reads. */
export interface DtNode {
  readonly name: string;
  /** "/soc/serial@40053000"; "/" for the root. */
  readonly path: string;
  /** Null: the root. */
  readonly parent: DtNode | null;
  readonly properties: Map<string, DtProperty>;
  readonly children: DtNode[];
  readonly location: Location;
  /** Labels of a source file. */
  readonly labels: string[];
}

/** A /memreserve/ entry. */
interface Reservation extends AddressRange {
  readonly location: Location;
}

/** One device tree, binary or source. */
export interface DeviceTree {
  readonly path: string;
  readonly root: DtNode;
  readonly reservations: Reservation[];
  /** A source file that says /plugin/, or a tree of overlay fragments. */
  readonly overlay: boolean;
  /** References of a source overlay to labels of the tree that it goes over. */
  readonly fixups: LabelFixup[];
}

/** A cell of an overlay that takes the phandle of a node of the base tree. */
interface LabelFixup {
  readonly label: string;
  readonly node: DtNode;
  /** Name of the property. */
  readonly property: string;
  /** Byte offset of the cell. */
  readonly offset: number;
}

/** Something wrong with a tree's file: what, where, in which node, and what to do. */
export interface TreeProblem {
  readonly message: string;
  /** Path of the node that was being read. */
  readonly nodePath: string;
  readonly location: Location;
  /** What to do. */
  readonly next: string;
}

/** What was read, and what was wrong; the tree holds everything before the first problem. */
export interface TreeReading {
  readonly tree: DeviceTree;
  readonly problems: readonly TreeProblem[];
}

/** A new node, appended to its parent. */
export function addNode(parent: DtNode | null, name: string, location: Location): DtNode {
  const path = parent === null ? "/" : parent.path === "/" ? `/${name}` : `${parent.path}/${name}`;
  const node: DtNode = { name, path, parent, properties: new Map(), children: [], location, labels: [] };
  parent?.children.push(node);
  return node;
}

/** Name without the unit address: "serial" of "serial@40053000". */
export function baseName(node: DtNode): string {
  const at = node.name.indexOf("@");
  return at < 0 ? node.name : node.name.slice(0, at);
}

/** All nodes below and including one, in the order of the file. */
export function* walk(node: DtNode): Generator<DtNode> {
  const stack = [node];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    yield next;
    for (let i = next.children.length - 1; i >= 0; i--) stack.push(next.children[i]);
  }
}

/** The child of a name; a name without unit address finds the only child of that base name, as libfdt does. */
export function childNamed(node: DtNode, name: string): DtNode | null {
  const exact = node.children.find((child) => child.name === name);
  if (exact !== undefined) return exact;
  if (name.includes("@")) return null;
  return node.children.find((child) => baseName(child) === name) ?? null;
}

/** The node of a path ("/soc/serial@40053000"), or of an alias or label where the path does not begin with "/". */
export function nodeAt(tree: DeviceTree, path: string): DtNode | null {
  const full = path.startsWith("/") ? path : aliasOf(tree, path);
  if (full === null) return labelled(tree, path);
  let node: DtNode | null = tree.root;
  for (const part of full.split("/")) {
    if (part !== "" && node !== null) node = childNamed(node, part);
  }
  return node;
}

/** The node with a label of a source file, or one that /__symbols__ names. */
export function labelled(tree: DeviceTree, label: string): DtNode | null {
  for (const node of walk(tree.root)) if (node.labels.includes(label)) return node;
  const symbols = childNamed(tree.root, "__symbols__");
  const path = symbols === null ? null : textOf(symbols, label);
  return path?.startsWith("/") ? nodeAt(tree, path) : null;
}

/** All labels of a tree: of its source, and of /__symbols__. */
export function labelIndex(tree: DeviceTree): Map<string, DtNode> {
  const index = new Map<string, DtNode>();
  for (const node of walk(tree.root)) for (const label of node.labels) index.set(label, node);
  const symbols = childNamed(tree.root, "__symbols__");
  for (const label of symbols?.properties.keys() ?? []) {
    const path = symbols === null ? null : textOf(symbols, label);
    const node = path?.startsWith("/") ? nodeAt(tree, path) : null;
    if (node !== null && !index.has(label)) index.set(label, node);
  }
  return index;
}

function aliasOf(tree: DeviceTree, path: string): string | null {
  const [alias, ...rest] = path.split("/");
  const aliases = childNamed(tree.root, "aliases");
  const target = aliases === null ? null : textOf(aliases, alias);
  return target?.startsWith("/") ? [target, ...rest].join("/") : null;
}

/** First string of a property, or null. */
export function textOf(node: DtNode, name: string): string | null {
  return stringsOf(node, name)[0] ?? null;
}

/** The strings of a property; empty where it is absent. */
export function stringsOf(node: DtNode, name: string): string[] {
  const property = node.properties.get(name);
  if (property === undefined) return [];
  const parts = Buffer.from(property.data).toString("latin1").split("\0");
  if (parts.at(-1) === "") parts.pop();
  return parts;
}

/** True if `compatible` lists one of the names. */
export function isCompatible(node: DtNode, ...names: readonly string[]): boolean {
  return stringsOf(node, "compatible").some((entry) => names.includes(entry));
}

/** A node is used unless its status says otherwise. */
export function isEnabled(node: DtNode): boolean {
  const status = textOf(node, "status");
  return status === null || status === "okay" || status === "ok";
}

/** 32-bit cells of a property; bytes that fill no cell are left out. Absent: empty. */
export function cellsOf(node: DtNode, name: string): number[] {
  return cellsIn(node.properties.get(name)?.data ?? new Uint8Array());
}

/** 32-bit cells of a value. */
export function cellsIn(data: Uint8Array): number[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const cells: number[] = [];
  for (let at = 0; at + 4 <= data.length; at += 4) cells.push(view.getUint32(at));
  return cells;
}

/** First cell of a property, or null. */
export function cellOf(node: DtNode, name: string): number | null {
  return cellsOf(node, name)[0] ?? null;
}

/** `count` cells from `at` on as one number (the last 64 bits of it, as Xen's dt_next_cell keeps them). */
export function numberAt(cells: readonly number[], at: number, count: number): bigint {
  let value = 0n;
  for (let i = 0; i < count; i++) value = (value << 32n) | BigInt(cells[at + i] ?? 0);
  return BigInt.asUintN(64, value);
}

/** The phandle of a node, or null. */
export function phandleOf(node: DtNode): number | null {
  return cellOf(node, "phandle") ?? cellOf(node, "linux,phandle");
}

/** Gives a node a phandle; returns it. */
export function givePhandle(node: DtNode, phandle: number, location: Location): number {
  const data = Buffer.alloc(4);
  data.writeUInt32BE(phandle >>> 0);
  node.properties.set("phandle", { name: "phandle", data, location });
  return phandle;
}

/** All nodes that have a phandle. */
export function phandleIndex(tree: DeviceTree): Map<number, DtNode> {
  const index = new Map<number, DtNode>();
  for (const node of walk(tree.root)) {
    const phandle = phandleOf(node);
    if (phandle !== null && !index.has(phandle)) index.set(phandle, node);
  }
  return index;
}

/** A location as the start of an error: "board.dtb:0x1c4" or "board.dts:12". */
export function locationText(location: Location): string {
  if (location.place === null) return location.path;
  const place = location.unit === "byte" ? `0x${location.place.toString(16)}` : String(location.place);
  return `${location.path}:${place}`;
}
