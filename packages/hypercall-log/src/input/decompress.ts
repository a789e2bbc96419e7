import type { Transform } from "node:stream";
import * as zlib from "node:zlib";
import type { DecodeStats } from "../events/decode-stats.ts";
import { COMPRESSED_PIECE_BYTES } from "../limits.ts";
import type { ByteInput } from "./byte-input.ts";
import { LogOpenError } from "./log-open-error.ts";
import { type Codec, MemberStream } from "./member-stream.ts";

type Compression = "gzip" | "zstd" | "xz" | "bzip2";

const MAGIC: Readonly<Record<Compression, readonly number[]>> = {
  gzip: [0x1f, 0x8b],
  zstd: [0x28, 0xb5, 0x2f, 0xfd],
  xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a],
  bzip2: [0x42, 0x5a, 0x68],
};
const COMPRESSIONS = ["gzip", "zstd", "xz", "bzip2"] as const satisfies readonly Compression[];
/** Who can read zstd. */
export const ZSTD_ADVICE = "use Node 22.15 or later";
/** Bytes by which compressed data is told. */
export const MAGIC_BYTES = 5;

/** How the data is compressed, by its first bytes; null: not at all, or in no known way. */
export function compressionOf(head: Uint8Array): Compression | null {
  return COMPRESSIONS.find((name) => MAGIC[name].every((byte, i) => head[i] === byte)) ?? null;
}

/** How to undo a compression; throws LogOpenError where this runtime cannot. */
export function codecOf(compression: Compression, path: string): Codec {
  const magic = MAGIC[compression];
  if (compression === "gzip") return { make: () => zlib.createGunzip(), magic, silentAtEnd: false };
  const zstd: unknown = Reflect.get(zlib, "createZstdDecompress");
  if (compression === "zstd" && typeof zstd === "function") {
    return { make: () => zstd() as Transform, magic, silentAtEnd: true };
  }
  const advice =
    compression === "zstd"
      ? `${ZSTD_ADVICE}, or decompress it first: zstd -d`
      : `decompress it first: ${compression} -d`;
  const file = path === "-" ? "" : ` ${path}`;
  throw new LogOpenError(
    "compression",
    path,
    `is compressed with ${compression}, which cannot be read here`,
    `${advice}${file}`,
  );
}

/**
 * Decompresses an input of which `chunks` is what is left to read. Corrupt or truncated data is a problem with its byte
 * offset in the compressed file; everything before it is delivered.
 */
export async function* decompressed(
  input: ByteInput,
  chunks: AsyncIterable<Uint8Array>,
  codec: Codec,
  stats: DecodeStats,
): AsyncGenerator<Uint8Array> {
  const stream = new MemberStream(codec);
  for await (const { bytes, offset, last } of piecesOf(chunks)) {
    const made = await stream.feed(bytes, last);
    if (stream.failed) {
      yield* deliverUpToFault(input, offset, made, codec, stats);
      return;
    }
    yield* made;
    if (stream.trailer >= 0) {
      const message = "data behind the end of the compressed log was not read";
      stats.fileProblem({ place: stream.trailer, unit: "byte", message });
      return;
    }
    if (stream.incomplete) {
      stats.truncated = true;
      const message = "the compressed data ends too early";
      stats.fileProblem({ place: offset + bytes.length, unit: "byte", message });
    }
  }
}

interface Piece {
  readonly bytes: Uint8Array;
  /** Of its first byte in the file. */
  readonly offset: number;
  readonly last: boolean;
}

/** Cuts chunks into pieces and finds out which is the last. */
async function* piecesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Piece> {
  let held = new Uint8Array(0);
  let offset = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += COMPRESSED_PIECE_BYTES) {
      if (held.length > 0) yield { bytes: held, offset, last: false };
      offset += held.length;
      held = chunk.slice(at, at + COMPRESSED_PIECE_BYTES);
    }
  }
  if (held.length > 0) yield { bytes: held, offset, last: true };
}

/**
 * The decompressor drops some of what it made of the piece in which it fails. So that piece, which begins at `offset`,
 * is decompressed once more, byte by byte; an input that can be read only once gives what came out of it (`made`).
 */
async function* deliverUpToFault(
  input: ByteInput,
  offset: number,
  made: readonly Uint8Array[],
  codec: Codec,
  stats: DecodeStats,
): AsyncGenerator<Uint8Array> {
  const again = await input.reopen();
  let fault = offset;
  if (again === null) yield* made;
  else {
    const stream = new MemberStream(codec);
    try {
      for await (const piece of piecesOf(again.chunks())) {
        const step = piece.offset < offset ? piece.bytes.length : 1;
        for (let at = 0; at < piece.bytes.length && !stream.failed; at += step) {
          const anew = await stream.feed(piece.bytes.subarray(at, at + step), false);
          if (piece.offset >= offset) yield* anew;
          fault = piece.offset + at;
        }
        if (stream.failed) break;
      }
    } finally {
      await again.close();
    }
  }
  const message = "the compressed data is corrupt: the rest cannot be read";
  stats.fileProblem({ place: fault, unit: "byte", message });
}
