import type { DeviceTree, DtNode } from "./device-tree.ts";
import { FDT_MAGIC } from "./read-dtb.ts";

const HEADER_BYTES = 40;

/** A tree as a flattened device tree of version 17 (what U-Boot and Xen load). */
export function writeDtb(tree: DeviceTree): Uint8Array {
  const names = new Map<string, number>();
  let stringBytes = 0;
  const words: Buffer[] = [];
  const word = (...values: number[]) => {
    const buffer = Buffer.alloc(values.length * 4);
    values.forEach((value, i) => {
      buffer.writeUInt32BE(value >>> 0, i * 4);
    });
    words.push(buffer);
  };
  const padded = (data: Uint8Array) => {
    words.push(Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]));
  };
  const write = (node: DtNode) => {
    word(1);
    padded(Buffer.from(`${node.name}\0`, "latin1"));
    for (const property of node.properties.values()) {
      let offset = names.get(property.name);
      if (offset === undefined) {
        offset = stringBytes;
        names.set(property.name, offset);
        stringBytes += Buffer.byteLength(property.name, "latin1") + 1;
      }
      word(3, property.data.length, offset);
      padded(property.data);
    }
    for (const child of node.children) write(child);
    word(2);
  };
  write(tree.root);
  word(9);
  const structure = Buffer.concat(words);
  const strings = Buffer.from([...names.keys()].map((name) => `${name}\0`).join(""), "latin1");
  const reserve = Buffer.alloc((tree.reservations.length + 1) * 16);
  tree.reservations.forEach(({ start, size }, i) => {
    reserve.writeBigUInt64BE(start, i * 16);
    reserve.writeBigUInt64BE(size, i * 16 + 8);
  });
  const structureAt = HEADER_BYTES + reserve.length;
  const stringsAt = structureAt + structure.length;
  const header = Buffer.alloc(HEADER_BYTES);
  [
    FDT_MAGIC,
    stringsAt + strings.length,
    structureAt,
    stringsAt,
    HEADER_BYTES,
    17,
    16,
    0,
    strings.length,
    structure.length,
  ].forEach((value, i) => {
    header.writeUInt32BE(value, i * 4);
  });
  return Buffer.concat([header, reserve, structure, strings]);
}
