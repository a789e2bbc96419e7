import type { TreeReading } from "./device-tree.ts";
import { FDT_MAGIC, readDtb } from "./read-dtb.ts";
import { readDts } from "./read-dts.ts";

/** True if the bytes begin like a flattened device tree. */
export function isDtb(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && Buffer.from(bytes.buffer, bytes.byteOffset, 4).readUInt32BE() === FDT_MAGIC;
}

/** True if the text looks like device tree source. */
export function isDts(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 65536)).toString("latin1");
  return /^\s*\/dts-v1\/\s*;/m.test(head) || /^\s*(?:\/|&[\w{/@.-]+\}?)\s*\{/m.test(head);
}

/** Reads a device tree, binary or source, by its content. */
export function readDeviceTree(bytes: Uint8Array, path: string): TreeReading {
  if (isDtb(bytes)) return readDtb(bytes, path);
  if (isDts(bytes))
    return readDts(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8"), path);
  return readDtb(bytes, path);
}
