import { crc32, gunzipSync } from "node:zlib";
import protobuf from "protobufjs";
import { DomainSpecError, logHeaderOf } from "../../domains/spec/domain-spec-file.ts";
import { StringRenumbering } from "../../events/batch-strings.ts";
import { EventKind, isNumbered } from "../../events/event-kind.ts";
import { internText } from "../../events/name-cache.ts";
import { wrongRow } from "../../events/payload-check.ts";
import { lostCount, writeLost } from "../../events/single-value.ts";
import { XHL_BLOCK_BYTES_MAX, XHL_BLOCK_ROWS_MAX, XHL_FIELD_BYTES_MAX } from "../../limits.ts";
import type { LogReader, ReaderContext } from "../log-format.ts";
import {
  WITH_LENGTH,
  XHL_FORMAT,
  XHL_VERSION,
  XhlCompression,
  XhlField,
  xhlColumns,
  xhlTypes,
} from "./xhl-schema.ts";

/** Room that zlib must have left at its end to know that it has ended; its least chunk. */
const SPARE_BYTES = 64;

/** A block that cannot be used: what is wrong with it. */
class BlockError extends Error {}

interface Block {
  readonly rows: number;
  readonly compression: number;
  readonly crc: number;
  readonly size: number;
  readonly data: Uint8Array;
}

/** Reader of .xhl files: takes each whole field as it comes. */
export class XhlReader implements LogReader {
  private readonly context: ReaderContext;
  private readonly renumbering = new StringRenumbering((index) => this.numbers[index]);
  private numbers = new Int32Array(0);
  private held: Uint8Array[] = [];
  private heldBytes = 0;
  /** Bytes that must be held before the next look at them is worth it. */
  private needed = 1;
  /** Where in the file the held bytes begin. */
  private offset = 0;
  private blocks = 0;
  private isOver = false;
  private hasFooter = false;

  constructor(context: ReaderContext) {
    this.context = context;
  }

  push(bytes: Uint8Array): void {
    if (this.isOver) return;
    this.held.push(bytes.slice());
    this.heldBytes += bytes.length;
    if (this.heldBytes >= this.needed) this.takeFields(Buffer.concat(this.held));
  }

  finish(): void {
    if (this.isOver) return;
    if (this.heldBytes > 0) this.cut("the file ends inside a field");
    else if (!this.hasFooter) this.cut("the file has no footer: it was cut, or is still being written");
  }

  private takeFields(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length && !this.isOver) {
      const size = this.takeField(bytes.subarray(at));
      if (size === 0) break;
      at += size;
      this.offset += size;
    }
    this.held = at < bytes.length ? [bytes.subarray(at)] : [];
    this.heldBytes = bytes.length - at;
  }

  /** Takes the field at the beginning of `bytes`; its size, 0 where it is not all there. */
  private takeField(bytes: Buffer): number {
    const reader = protobuf.Reader.create(bytes);
    let tag: number;
    let length: number;
    try {
      tag = reader.uint32();
      if ((tag & 7) !== WITH_LENGTH) {
        this.cut(`field ${tag >>> 3} has no length: it is none of an .xhl's`);
        return 0;
      }
      length = reader.uint32();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.needed = bytes.length + 1;
      return 0;
    }
    if (length > XHL_FIELD_BYTES_MAX) {
      this.cut(`a field of ${length} bytes is longer than any that is written`);
      return 0;
    }
    const size = reader.pos + length;
    this.needed = size;
    if (bytes.length < size) return 0;
    this.needed = 1;
    this.message(tag >>> 3, bytes.subarray(reader.pos, size));
    return size;
  }

  private message(field: number, bytes: Uint8Array): void {
    try {
      if (field === XhlField.header) this.takeHeader(xhlTypes.header.decode(bytes));
      else if (field === XhlField.blocks) this.takeBlock(xhlTypes.block.decode(bytes) as unknown as Block);
      else if (field === XhlField.footer) this.takeFooter(xhlTypes.footer.decode(bytes));
      else this.context.stats.skip(`fields of number ${field}`);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.problem(`a field that cannot be decoded (${error.message})`);
    }
  }

  private takeHeader(message: object): void {
    const { format, version, spec } = message as { format: string; version: number; spec: string };
    if (format !== XHL_FORMAT || version !== XHL_VERSION) {
      this.cut(`version ${version} is not known: this program reads version ${XHL_VERSION}`);
      return;
    }
    if (spec === "") return;
    const notes: string[] = [];
    try {
      this.context.header = logHeaderOf(JSON.parse(spec), notes);
    } catch (error) {
      if (!(error instanceof DomainSpecError || error instanceof SyntaxError)) throw error;
      this.problem(`header: ${error.message}`);
    }
    for (const note of notes) {
      this.context.stats.warn({ place: this.offset, unit: "byte", message: `header: ${note}` });
    }
  }

  private takeBlock(block: Block): void {
    this.blocks++;
    try {
      this.load(block);
    } catch (error) {
      if (!(error instanceof BlockError)) throw error;
      this.problem(`a block of ${block.rows} events is left out: ${error.message}`);
      this.addLost(block.rows);
    }
  }

  /** Adds a block's events to the batch, with the run's numbers for their strings. Throws BlockError, and adds nothing. */
  private load(block: Block): void {
    const { batch } = this.context;
    const { length, wordsUsed } = batch;
    try {
      this.fillBatch(block);
    } catch (error) {
      batch.truncate(length, wordsUsed);
      throw error;
    }
    this.renumbering.apply(batch, length);
    batch.place.fill(this.offset, length, batch.length);
    const { stats } = this.context;
    for (let row = length; row < batch.length; row++) {
      const kind = batch.kind[row];
      if (isNumbered(kind)) stats.events++;
      if (kind === EventKind.lost || kind === EventKind.gap) stats.lost += lostCount(batch, row);
    }
  }

  /** Copies a block's columns as they lie behind those of the batch. Throws BlockError. */
  private fillBatch(block: Block): void {
    const { rows } = block;
    const columns = xhlTypes.columns.decode(plainData(block)) as unknown as Record<string, Uint8Array> & {
      readonly strings: readonly string[];
    };
    const { strings } = columns;
    const { batch } = this.context;
    const first = batch.extend(rows);
    const at = batch.reserve(columns.words.length >> 2);
    fill(batch.words, at, columns.words, columns.words.length >> 2, "words");
    for (const name of xhlColumns) fill(batch[name], first, columns[name], rows, name);
    const { payload } = batch;
    let before = 0;
    for (let row = first; row < batch.length; row++) {
      if (payload[row] < before || payload[row] > batch.wordsUsed - at)
        throw new BlockError("payloads out of order");
      before = payload[row];
      payload[row] += at;
    }
    for (let row = first; row < batch.length; row++) {
      const wrong = wrongRow(batch, row, strings.length);
      if (wrong !== null) throw new BlockError(`row ${row - first} has ${wrong}`);
    }
    this.numbers = Int32Array.from(strings, (text) => internText(this.context.strings, text));
  }

  private takeFooter(message: object): void {
    const { blocks } = message as { blocks: number };
    this.hasFooter = true;
    if (blocks !== this.blocks)
      this.problem(`the footer counts ${blocks} blocks, the file has ${this.blocks}`);
  }

  private addLost(count: number): void {
    const { batch, stats } = this.context;
    batch.add(EventKind.lost, this.offset);
    writeLost(batch, count);
    stats.events++;
    stats.lost += count;
  }

  private cut(message: string): void {
    this.isOver = true;
    this.context.stats.truncated = true;
    this.problem(message);
  }

  private problem(message: string): void {
    this.context.stats.problem({ place: this.offset, unit: "byte", message });
  }
}

/** A block's message Columns. Throws BlockError. */
function plainData({ data, crc, compression, size, rows }: Block): Uint8Array {
  if (crc32(data) !== crc) throw new BlockError("its checksum is wrong");
  if (size > XHL_BLOCK_BYTES_MAX || rows > XHL_BLOCK_ROWS_MAX) throw new BlockError("its size is impossible");
  if (compression === XhlCompression.none) return data;
  if (compression !== XhlCompression.gzip) throw new BlockError("it is packed in an unknown way");
  try {
    // In one piece: zlib joins what it makes in several. A byte packs to 1/1032 of itself at most.
    const chunkSize = Math.min(size, 1032 * data.length) + SPARE_BYTES;
    return gunzipSync(data, { maxOutputLength: Math.max(1, size), chunkSize });
  } catch {
    throw new BlockError("it cannot be unpacked");
  }
}

/** Copies a column's bytes into typed values. Throws BlockError where there are not `count` of them. */
function fill(
  to: Uint8Array | Int32Array | Float64Array,
  at: number,
  bytes: Uint8Array,
  count: number,
  name: string,
): void {
  if (bytes.length !== count * to.BYTES_PER_ELEMENT)
    throw new BlockError(`its column ${name} has a wrong length`);
  new Uint8Array(to.buffer, to.byteOffset + at * to.BYTES_PER_ELEMENT, bytes.length).set(bytes);
}
