import * as zlib from "node:zlib";
import {
  TRACE_DAT_BYTES_MAX,
  TRACE_DAT_OPTION_SECTIONS_MAX,
  TRACE_DAT_TEXT_BYTES_MAX,
} from "../../limits.ts";
import { TraceDatCursor, TraceDatError } from "./trace-dat-cursor.ts";

const PACKED = 1;
const OPTIONS_SECTION = 0;
/** Bytes of DONE, the option that ends each section of options: id, size, offset of the next such section. */
const DONE_BYTES = 14;
/** Buffers that zlib unpacks into: the smallest that it takes (unless told it takes 16 KiB for each piece) and the largest. */
const INFLATE_BYTES_MIN = 64;
const INFLATE_BYTES_MAX = 1 << 20;

/** The sections of a trace.dat of version 7, unpacked where they are compressed. Its methods throw TraceDatError. */
export class TraceDatSections {
  readonly bytes: Uint8Array;
  private readonly compression: string;
  /** Bytes of the sections that were read: these do not overlap, so the file has as many at least. */
  private taken = 0;
  private readonly met = new Set<number>();
  private unpackedSections = 0;
  private unpackedPages = 0;

  constructor(bytes: Uint8Array, compression: string) {
    this.bytes = bytes;
    this.compression = compression;
  }

  /** The content of the section at a file offset. */
  at(offset: number): TraceDatCursor {
    const head = this.head(offset);
    const body = head.cursor.take(head.size, "a section");
    const bodyAt = head.cursor.at - head.size;
    this.taken += head.size;
    if (this.taken > this.bytes.length || this.met.has(offset))
      throw new TraceDatError(offset, "sections overlap: the rest is left out");
    this.met.add(offset);
    if ((head.flags & PACKED) === 0) return new TraceDatCursor(body, 0, bodyAt);
    const packed = new TraceDatCursor(body, 0, bodyAt);
    const piece = pieceAt(packed);
    this.unpackedSections += piece.size;
    if (this.unpackedSections > TRACE_DAT_TEXT_BYTES_MAX) throw tooLarge(bodyAt, TRACE_DAT_TEXT_BYTES_MAX);
    return new TraceDatCursor(this.unpack(piece), 0, bodyAt, true);
  }

  /** The sections of options, in their chain. */
  *optionsFrom(first: number): Generator<TraceDatCursor> {
    let offset = first;
    for (let i = 0; offset !== 0; i++) {
      if (i === TRACE_DAT_OPTION_SECTIONS_MAX)
        throw new TraceDatError(offset, `more than ${i} sections of options: the chain does not end`);
      const { id } = this.head(offset);
      if (id !== OPTIONS_SECTION)
        throw new TraceDatError(offset, `a section of options was expected here, not section ${id}`);
      const options = this.at(offset);
      const { bytes } = options;
      const next = bytes.length < DONE_BYTES ? 0 : new TraceDatCursor(bytes, bytes.length - 8).u64("");
      yield options;
      offset = next;
    }
  }

  /** Whether the pages of the section at a file offset are compressed. */
  isPacked(offset: number): boolean {
    return (this.head(offset).flags & PACKED) !== 0;
  }

  /** Compressed pages: a number of chunks, each with its sizes. `offset`: of `part` in the file. */
  unpackPages(part: Uint8Array, offset: number): Uint8Array {
    const cursor = new TraceDatCursor(part, 0, offset);
    const count = cursor.count("the number of chunks", 8);
    const pieces: Piece[] = [];
    let size = 0;
    for (let i = 0; i < count; i++) {
      const piece = pieceAt(cursor);
      pieces.push(piece);
      size += piece.size;
      if (this.unpackedPages + size > TRACE_DAT_BYTES_MAX) throw tooLarge(piece.offset, TRACE_DAT_BYTES_MAX);
    }
    this.unpackedPages += size;
    const pages = new Uint8Array(size);
    let at = 0;
    for (const piece of pieces) {
      pages.set(this.unpack(piece), at);
      at += piece.size;
    }
    return pages;
  }

  private head(offset: number) {
    if (offset > this.bytes.length)
      throw new TraceDatError(this.bytes.length, `the file ends before a section at byte ${offset}`);
    const cursor = new TraceDatCursor(this.bytes, offset);
    const id = cursor.u16("a section's head");
    const flags = cursor.u16("a section's head");
    cursor.u32("a section's head");
    return { id, flags, size: cursor.u64("a section's head"), cursor };
  }

  private unpack({ packed, size, offset }: Piece): Uint8Array {
    const inflate = inflaterOf(this.compression);
    if (inflate === null) throw new TraceDatError(offset, adviceFor(this.compression));
    let bytes: Uint8Array;
    try {
      const chunkSize = Math.min(Math.max(INFLATE_BYTES_MIN, size), INFLATE_BYTES_MAX);
      bytes = plain(inflate(packed, { maxOutputLength: Math.max(1, size), chunkSize }));
    } catch (error) {
      const why = error instanceof Error ? error.message : "";
      throw new TraceDatError(offset, `compressed data is corrupt (${why})`);
    }
    if (bytes.length === size) return bytes;
    throw new TraceDatError(
      offset,
      `compressed data is corrupt (${bytes.length} bytes came out, not ${size})`,
    );
  }
}

/** Something compressed, and how many bytes it unpacks to. */
interface Piece {
  readonly packed: Uint8Array;
  readonly size: number;
  readonly offset: number;
}

/** The next piece, with its sizes before it. */
function pieceAt(cursor: TraceDatCursor): Piece {
  const { offset } = cursor;
  const packedSize = cursor.u32("a compressed size");
  const size = cursor.u32("an uncompressed size");
  return { packed: cursor.take(packedSize, "compressed data"), size, offset };
}

function tooLarge(offset: number, most: number): TraceDatError {
  return new TraceDatError(offset, `unpacks to more than ${most} bytes`);
}

type Inflate = (packed: Uint8Array, options: zlib.ZlibOptions) => Buffer;

function inflaterOf(compression: string): Inflate | null {
  if (compression === "zlib") return zlib.inflateSync;
  // Node has it from 22.15 on.
  const zstd: unknown = compression === "zstd" ? Reflect.get(zlib, "zstdDecompressSync") : null;
  return typeof zstd === "function" ? (zstd as Inflate) : null;
}

function adviceFor(compression: string): string {
  const node = compression === "zstd" ? ", or use Node 22.15 or later" : "";
  return `is compressed with ${compression}, which cannot be read here: record with "trace-cmd record --compression none", or run trace-cmd convert --compression none -i OLD -o NEW${node}`;
}

/** The same bytes as a plain Uint8Array. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
