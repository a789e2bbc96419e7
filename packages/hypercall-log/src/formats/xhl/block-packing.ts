import * as zlib from "node:zlib";
import { ZSTD_ADVICE } from "../../input/decompress.ts";
import { xgt } from "./generated/hypercall-log.js";
import { MessageError } from "./message-reader.ts";

/** Ways to pack the data of a block: every Node has gzip, those from 22.15 on zstd, too. */
export const xhlPackings = ["gzip", "zstd", "none"] as const;
export type XhlPacking = (typeof xhlPackings)[number];

/** Room that zlib must have left at its end to know that it has ended; its least chunk. */
const SPARE_BYTES = 64;
/** Bytes that gzip makes of one byte at most. */
const GZIP_FACTOR_MAX = 1032;

/** zstd's functions, where this runtime has them. */
const zstdPack: unknown = Reflect.get(zlib, "zstdCompressSync");
const zstdUnpack: unknown = Reflect.get(zlib, "zstdDecompressSync");

/** Whether this runtime can pack so. */
export function canPack(packing: XhlPacking): boolean {
  return packing !== "zstd" || typeof zstdPack === "function";
}

/** Packs a block's data; `compression` is what its message says of that. Throws where `canPack` says no. */
export function packed(plain: Uint8Array, packing: XhlPacking): { compression: number; data: Uint8Array } {
  const { Compression } = xgt;
  if (packing === "none") return { compression: Compression.NONE, data: plain };
  if (packing === "gzip") return { compression: Compression.GZIP, data: zlib.gzipSync(plain, { level: 1 }) };
  if (typeof zstdPack !== "function") throw new Error("this runtime has no zstd");
  return { compression: Compression.ZSTD, data: zstdPack(plain) };
}

/** A block's data as it was; `size`: its bytes, which bound what is unpacked. Throws MessageError. */
export function unpacked(data: Uint8Array, compression: number, size: number): Uint8Array {
  const { Compression } = xgt;
  if (compression === Compression.NONE) return data;
  if (compression !== Compression.GZIP && compression !== Compression.ZSTD)
    throw new MessageError("it is packed in an unknown way");
  const maxOutputLength = Math.max(1, size);
  try {
    // In one piece: zlib joins what it makes in several.
    const chunkSize = Math.min(size, GZIP_FACTOR_MAX * data.length) + SPARE_BYTES;
    if (compression === Compression.GZIP) return zlib.gunzipSync(data, { maxOutputLength, chunkSize });
    if (typeof zstdUnpack === "function") return zstdUnpack(data, { maxOutputLength, chunkSize });
  } catch {
    throw new MessageError("it cannot be unpacked");
  }
  throw new MessageError(`it is packed with zstd, which cannot be read here: ${ZSTD_ADVICE}`);
}
