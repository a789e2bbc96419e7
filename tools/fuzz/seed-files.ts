import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { SEED_BYTES_MAX } from "./limits.ts";

/** Good files to begin with: name and bytes, unpacked, cut where they are long. */
export interface SeedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Every file below a folder of this project whose path matches. */
export function seedFiles(root: string, folder: string, pattern: RegExp): SeedFile[] {
  const found = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => pattern.test(name) && statSync(join(root, folder, name)).isFile())
    .sort();
  return found.map((name) => ({ name, bytes: shortened(plain(readFileSync(join(root, folder, name)))) }));
}

/** The bytes, unpacked where they are gzip's. */
export function plain(bytes: Buffer): Buffer {
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}

/** The beginning of a file; of text up to the end of a line. */
export function shortened(bytes: Buffer): Buffer {
  if (bytes.length <= SEED_BYTES_MAX) return bytes;
  const isText = !bytes.subarray(0, 256).includes(0);
  // A binary file's tables lie anywhere: it stays whole.
  if (!isText) return bytes;
  return bytes.subarray(0, bytes.lastIndexOf("\n", SEED_BYTES_MAX) + 1);
}
