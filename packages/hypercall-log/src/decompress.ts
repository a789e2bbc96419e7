import type { Transform } from "node:stream";
import * as zlib from "node:zlib";
import { type ByteInput, plainBytes } from "./byte-input.ts";
import type { DecodeStats } from "./decode-stats.ts";
import { COMPRESSED_PIECE_BYTES } from "./limits.ts";
import { LogOpenError } from "./log-open-error.ts";

export type Compression = "gzip" | "zstd" | "xz" | "bzip2";

const MAGIC: readonly (readonly [Compression, readonly number[]])[] = [
  ["gzip", [0x1f, 0x8b]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ["bzip2", [0x42, 0x5a, 0x68]],
];
/** Bytes by which compressed data is told. */
export const MAGIC_BYTES = 5;

/** How the data is compressed, by its first bytes; null: not at all, or in no known way. */
export function compressionOf(head: Uint8Array): Compression | null {
  const found = MAGIC.find(([, magic]) => magic.every((byte, i) => head[i] === byte));
  return found === undefined ? null : found[0];
}

/** Makes a decompressor, or throws LogOpenError where this runtime has none. */
export function decompressorOf(compression: Compression, path: string): () => Transform {
  if (compression === "gzip") return () => zlib.createGunzip();
  const zstd: unknown = Reflect.get(zlib, "createZstdDecompress");
  if (compression === "zstd" && typeof zstd === "function") return () => zstd() as Transform;
  const advice =
    compression === "zstd"
      ? "use Node 22.15 or later, or decompress it first: zstd -d"
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
  make: () => Transform,
  stats: DecodeStats,
): AsyncGenerator<Uint8Array> {
  const stream = new PieceStream(make());
  let offset = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += COMPRESSED_PIECE_BYTES) {
      const piece = chunk.subarray(at, at + COMPRESSED_PIECE_BYTES);
      if (!stream.ended) await stream.write(piece);
      const made = stream.take();
      if (stream.failure !== null) {
        yield* deliverUpToFault(input, offset, made, make, stats);
        return;
      }
      yield* made;
      if (stream.ended && reportTrailer(stream, piece, offset, stats)) return;
      offset += piece.length;
    }
  }
  await stream.end();
  yield* stream.take();
  if (stream.failure === null) return;
  stats.truncated = true;
  stats.fileProblem({ place: offset, unit: "byte", message: "the compressed data ends too early" });
}

/** True where something other than padding follows the compressed data, which is then reported. */
function reportTrailer(stream: PieceStream, piece: Uint8Array, offset: number, stats: DecodeStats): boolean {
  const from = Math.max(0, stream.bytesTaken - offset);
  const other = piece.subarray(from).findIndex((byte) => byte !== 0);
  if (other < 0) return false;
  stats.fileProblem({
    place: offset + from + other,
    unit: "byte",
    message: "data behind the end of the compressed log was not read",
  });
  return true;
}

/**
 * The decompressor drops some of what it made of the piece in which it fails. So that piece, which begins at `offset`,
 * is decompressed once more, byte by byte; an input that can be read only once gives what came out of it (`made`).
 */
async function* deliverUpToFault(
  input: ByteInput,
  offset: number,
  made: readonly Uint8Array[],
  make: () => Transform,
  stats: DecodeStats,
): AsyncGenerator<Uint8Array> {
  const again = await input.reopen();
  let fault = offset;
  if (again === null) yield* made;
  else {
    const stream = new PieceStream(make());
    try {
      let position = 0;
      for await (const chunk of again.chunks()) {
        for (let at = 0; at < chunk.length && stream.failure === null; ) {
          const known = offset - position;
          const piece = chunk.subarray(at, at + (known > 0 ? Math.min(known, COMPRESSED_PIECE_BYTES) : 1));
          await stream.write(piece);
          const anew = stream.take();
          if (known <= 0) yield* anew;
          fault = position;
          position += piece.length;
          at += piece.length;
        }
        if (stream.failure !== null) break;
      }
    } finally {
      await again.close();
    }
  }
  const message = "the compressed data is corrupt: the rest cannot be read";
  stats.fileProblem({ place: fault, unit: "byte", message });
}

/** Drives a decompressor piece by piece and collects what comes out. */
class PieceStream {
  failure: Error | null = null;
  ended = false;
  private readonly stream: Transform;
  private made: Uint8Array[] = [];
  private wake: () => void = () => {};

  constructor(stream: Transform) {
    this.stream = stream;
    stream.on("data", (data: Uint8Array) => this.made.push(plainBytes(data)));
    stream.on("end", () => {
      this.ended = true;
      this.wake();
    });
    stream.on("error", (error: Error) => {
      this.failure = error;
      this.wake();
    });
  }

  /** Compressed bytes that were really taken. */
  get bytesTaken(): number {
    const taken: unknown = Reflect.get(this.stream, "bytesWritten");
    return typeof taken === "number" ? taken : 0;
  }

  write(piece: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
      this.stream.write(piece, () => resolve());
    });
  }

  end(): Promise<void> {
    if (this.ended || this.failure !== null) return Promise.resolve();
    return new Promise((resolve) => {
      this.wake = resolve;
      this.stream.end();
    });
  }

  /** What came out since the last call. */
  take(): readonly Uint8Array[] {
    const { made } = this;
    this.made = [];
    return made;
  }
}
