import * as zlib from "node:zlib";
import { TRACE_DAT_BYTES_MAX, TRACE_DAT_OPTION_SECTIONS_MAX } from "../limits.ts";
import { TraceDatCursor, TraceDatError } from "./trace-dat-cursor.ts";

const PACKED = 1;
const OPTIONS_SECTION = 0;
/** Bytes of DONE, the option that ends each section of options: id, size, offset of the next such section. */
const DONE_BYTES = 14;

/** The sections of a trace.dat of version 7, unpacked where they are compressed. Its methods throw TraceDatError. */
export class TraceDatSections {
  readonly bytes: Uint8Array;
  private readonly compression: string;
  private unpacked = 0;

  constructor(bytes: Uint8Array, compression: string) {
    this.bytes = bytes;
    this.compression = compression;
  }

  /** The content of the section at a file offset. */
  at(offset: number): TraceDatCursor {
    const head = this.head(offset);
    const body = head.cursor.take(head.size, "a section");
    const bodyAt = head.cursor.at - head.size;
    if ((head.flags & PACKED) === 0) return new TraceDatCursor(body, 0, bodyAt);
    return new TraceDatCursor(this.unpack(new TraceDatCursor(body, 0, bodyAt)), 0, bodyAt, true);
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
    const chunks = Array.from({ length: count }, () => this.unpack(cursor));
    return chunks.length === 1 ? chunks[0] : plain(Buffer.concat(chunks));
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

  /** One compressed piece with its sizes before it. */
  private unpack(cursor: TraceDatCursor): Uint8Array {
    const offset = cursor.offset;
    const packedSize = cursor.u32("a compressed size");
    const size = cursor.u32("an uncompressed size");
    const packed = cursor.take(packedSize, "compressed data");
    this.unpacked += size;
    if (this.unpacked > TRACE_DAT_BYTES_MAX)
      throw new TraceDatError(offset, `unpacks to more than ${TRACE_DAT_BYTES_MAX} bytes`);
    const inflate = inflaterOf(this.compression);
    if (inflate === null) throw new TraceDatError(offset, adviceFor(this.compression));
    try {
      return plain(inflate(packed, { maxOutputLength: Math.max(1, size) }));
    } catch (error) {
      const why = error instanceof Error ? error.message : "";
      throw new TraceDatError(offset, `compressed data is corrupt (${why})`);
    }
  }
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
