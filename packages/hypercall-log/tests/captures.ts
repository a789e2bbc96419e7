import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const corpus = new URL("../../../corpus/traces/", import.meta.url);

/** Captures of the corpus that have a log of the hvclog module. */
export const captures = [
  "balloon",
  "bpftrace",
  "debug-xen",
  "dma-4.20/blkback-part",
  "dma-4.20/faulty",
  "dma-4.20/gntdev",
  "gntdev",
  "gntdev-open",
  "xentrace",
  "xentrace-mem",
] as const;

/** Path of a capture's log, compressed or not. */
export function capturePath(name: string): URL {
  return new URL(`${name}/hvclog.jsonl${name === "dma-4.20/faulty" ? "" : ".gz"}`, corpus);
}

/** A capture's log. */
export function readCapture(name: string): Uint8Array {
  const bytes = readFileSync(capturePath(name));
  return bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
}
