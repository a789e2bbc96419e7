import type { Location } from "@xgt/findings";
import {
  NAME_BYTES_MAX,
  RESERVATIONS_MAX,
  TREE_BYTES_MAX,
  TREE_DEPTH_MAX,
  TREE_NODES_MAX,
  TREE_PROPERTIES_MAX,
} from "../limits.ts";
import { addNode, childNamed, type DeviceTree, type DtNode, type TreeReading } from "./device-tree.ts";
import { isTreeName } from "./tree-name.ts";

/** First four bytes of a flattened device tree. */
export const FDT_MAGIC = 0xd00dfeed;
const HEADER_BYTES = 40;
const OLDEST_VERSION = 16;
const BEGIN_NODE = 1;
const END_NODE = 2;
const PROPERTY = 3;
const NOP = 4;
const END = 9;
const REBUILD = "make the file anew with dtc, or copy it again";

/** Ends the reading; what stands in the tree by then is kept. */
class Stop extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Reads a flattened device tree (version 16 or 17). Never throws: problems carry the node path and the byte offset. */
export function readDtb(bytes: Uint8Array, path: string): TreeReading {
  const reader = new DtbReader(bytes, path);
  try {
    reader.read();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    const location: Location = { path, place: error.offset, unit: "byte" };
    const problem = { message: error.message, nodePath: reader.nodePath, location, next: REBUILD };
    return { tree: reader.tree, problems: [problem] };
  }
  return { tree: reader.tree, problems: [] };
}

class DtbReader {
  readonly tree: DeviceTree;
  nodePath = "/";
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly path: string;
  private nodes = 0;
  private properties = 0;
  private end = 0;

  constructor(bytes: Uint8Array, path: string) {
    this.bytes = bytes;
    this.path = path;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.tree = { path, root: addNode(null, "", this.at(0)), reservations: [], overlay: false, fixups: [] };
  }

  read(): void {
    const { bytes, view } = this;
    if (bytes.length < HEADER_BYTES) throw new Stop(`only ${bytes.length} bytes: no device tree header`, 0);
    if (bytes.length > TREE_BYTES_MAX) throw new Stop(`longer than ${TREE_BYTES_MAX} bytes`, 0);
    if (view.getUint32(0) !== FDT_MAGIC) throw new Stop("no device tree magic at the start", 0);
    const total = view.getUint32(4);
    if (total > bytes.length) {
      throw new Stop(`the header says ${total} bytes, the file holds ${bytes.length}: it is cut off`, 4);
    }
    const version = view.getUint32(20);
    if (version < OLDEST_VERSION || view.getUint32(24) > 17) {
      throw new Stop(`device tree version ${version} cannot be read`, 20);
    }
    this.readReservations(view.getUint32(16), total);
    const start = view.getUint32(8);
    const strings = view.getUint32(12);
    if (start % 4 !== 0 || start >= total) throw new Stop(`structure block at ${start} lies outside`, 8);
    if (strings > total) throw new Stop(`strings block at ${strings} lies outside`, 12);
    const size = version >= 17 ? view.getUint32(36) : total - start;
    this.end = Math.min(total, start + size);
    this.readStructure(start, strings, total);
    Object.assign(this.tree, { overlay: this.isOverlay() });
  }

  private isOverlay(): boolean {
    return this.tree.root.children.some((node) => childNamed(node, "__overlay__") !== null);
  }

  private readReservations(offset: number, total: number): void {
    for (let i = 0; ; i++) {
      const at = offset + i * 16;
      if (at + 16 > total) throw new Stop("the memory reserve map has no end", Math.min(at, total));
      if (i >= RESERVATIONS_MAX) throw new Stop(`more than ${RESERVATIONS_MAX} memory reservations`, at);
      const start = this.view.getBigUint64(at);
      const size = this.view.getBigUint64(at + 8);
      if (start === 0n && size === 0n) return;
      this.tree.reservations.push({ start, size, location: this.at(at) });
    }
  }

  private readStructure(start: number, strings: number, total: number): void {
    const open: DtNode[] = [];
    let at = start;
    let rootSeen = false;
    for (;;) {
      const here = at;
      const token = this.word(at);
      at += 4;
      if (token === NOP) continue;
      if (token === END) {
        if (open.length > 0) throw new Stop("the tree ends inside a node", here);
        if (!rootSeen) throw new Stop("the tree has no root node", here);
        return;
      }
      if (token === BEGIN_NODE) {
        const name = this.nameAt(at, this.end, "node name");
        at = (at + name.length + 1 + 3) & ~3;
        if (open.length === 0 && rootSeen) throw new Stop("a second root node", here);
        open.push(this.openNode(open.at(-1) ?? null, name, here, open.length));
        rootSeen = true;
      } else if (token === END_NODE) {
        if (open.pop() === undefined) throw new Stop("a node ends that never began", here);
        this.nodePath = open.at(-1)?.path ?? "/";
      } else if (token === PROPERTY) {
        at = this.readProperty(open.at(-1), at, here, strings, total);
      } else {
        throw new Stop(`unknown token 0x${token.toString(16)}`, here);
      }
    }
  }

  private openNode(parent: DtNode | null, name: string, offset: number, depth: number): DtNode {
    if (++this.nodes > TREE_NODES_MAX) throw new Stop(`more than ${TREE_NODES_MAX} nodes`, offset);
    if (depth >= TREE_DEPTH_MAX) throw new Stop(`nodes nested deeper than ${TREE_DEPTH_MAX}`, offset);
    if (parent === null) return this.tree.root;
    if (!isTreeName(name)) throw new Stop(`"${name}" is no node name`, offset);
    const node = addNode(parent, name, this.at(offset));
    this.nodePath = node.path;
    return node;
  }

  private readProperty(
    node: DtNode | undefined,
    at: number,
    here: number,
    strings: number,
    total: number,
  ): number {
    if (node === undefined) throw new Stop("a property outside of any node", here);
    if (++this.properties > TREE_PROPERTIES_MAX) {
      throw new Stop(`more than ${TREE_PROPERTIES_MAX} properties`, here);
    }
    const length = this.word(at);
    const nameOffset = this.word(at + 4);
    const data = at + 8;
    if (length > this.end - data) throw new Stop(`a property of ${length} bytes runs over the end`, at);
    if (nameOffset >= total - strings) throw new Stop("a property name lies outside the strings", at + 4);
    const name = this.nameAt(strings + nameOffset, total, "property name");
    // dtc takes no such name either, and what is written out of this tree must not become something else by it.
    if (!isTreeName(name)) throw new Stop(`"${name}" is no property name`, here);
    const location = this.at(here);
    if (!node.properties.has(name)) {
      node.properties.set(name, { name, data: this.bytes.subarray(data, data + length), location });
    }
    return (data + length + 3) & ~3;
  }

  private word(at: number): number {
    if (at + 4 > this.end) throw new Stop("the structure block ends early", Math.min(at, this.bytes.length));
    return this.view.getUint32(at);
  }

  private nameAt(at: number, end: number, what: string): string {
    const limit = Math.min(end, at + NAME_BYTES_MAX);
    let stop = at;
    while (stop < limit && this.bytes[stop] !== 0) stop++;
    if (stop >= limit) throw new Stop(`a ${what} without an end`, at);
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + at, stop - at).toString("latin1");
  }

  private at(offset: number): Location {
    return { path: this.path, place: offset, unit: "byte" };
  }
}
