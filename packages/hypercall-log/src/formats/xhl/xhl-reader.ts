import { crc32, gunzipSync } from "node:zlib";
import { DomainSpecError, logHeaderOf } from "../../domains/spec/domain-spec-file.ts";
import { StringRenumbering } from "../../events/batch-strings.ts";
import { EventKind, isNumbered } from "../../events/event-kind.ts";
import { internText } from "../../events/name-cache.ts";
import { wrongRow } from "../../events/payload-check.ts";
import { lostCount, writeLost } from "../../events/single-value.ts";
import {
  OBJECT_LINE_BYTES_MAX,
  TEXT_BYTES_MAX,
  XHL_BLOCK_BYTES_MAX,
  XHL_BLOCK_ROWS_MAX,
  XHL_BLOCK_STRINGS_MAX,
  XHL_FIELD_BYTES_MAX,
} from "../../limits.ts";
import type { LogReader, ReaderContext } from "../log-format.ts";
import { fieldHead, WireError, WireReader } from "./wire-reader.ts";
import {
  XHL_FORMAT,
  XHL_VERSION,
  XhlBlockField,
  XhlColumnsField,
  XhlCompression,
  XhlField,
  XhlFooterField,
  XhlHeaderField,
  xhlColumns,
} from "./xhl-schema.ts";

/** Room that zlib must have left at its end to know that it has ended; its least chunk. */
const SPARE_BYTES = 64;

/** A block that cannot be used: what is wrong with it. */
class BlockError extends Error {}

interface Block {
  rows: number;
  compression: number;
  crc: number;
  size: number;
  data: Uint8Array;
}

/** What a block's data holds. */
interface Columns {
  readonly byName: ReadonlyMap<string, Uint8Array>;
  readonly words: Uint8Array;
  readonly strings: readonly string[];
}

/** Reader of .xhl files: takes each whole field as it comes, one block at a time. */
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
  private hasEnded = false;
  private isOver = false;
  private hasFooter = false;

  constructor(context: ReaderContext) {
    this.context = context;
  }

  push(bytes: Uint8Array): void {
    if (this.isOver) return;
    this.held.push(bytes.slice());
    this.heldBytes += bytes.length;
    this.takeFields();
  }

  finish(): void {
    this.hasEnded = true;
  }

  more(): boolean {
    if (this.takeFields()) return true;
    if (!this.hasEnded || this.isOver) return false;
    this.isOver = true;
    if (this.heldBytes > 0) this.cut("the file ends inside a field");
    else if (!this.hasFooter) this.cut("the file has no footer: it was cut, or is still being written");
    return false;
  }

  /** Takes the fields that are held, as far as the next block; whether it has taken one, and there may be more. */
  private takeFields(): boolean {
    const { blocks } = this;
    if (this.heldBytes < this.needed) return false;
    // Of a piece with many blocks the rest is looked at for each.
    const bytes = this.held.length === 1 ? this.held[0] : Buffer.concat(this.held);
    let at = 0;
    while (at < bytes.length && !this.isOver && this.blocks === blocks) {
      const size = this.takeField(bytes.subarray(at));
      if (size === 0) break;
      at += size;
      this.offset += size;
    }
    this.held = at < bytes.length ? [bytes.subarray(at)] : [];
    this.heldBytes = bytes.length - at;
    return this.blocks > blocks && !this.isOver;
  }

  /** Takes the field at the beginning of `bytes`; its size, 0 where it is not all there. */
  private takeField(bytes: Uint8Array): number {
    const head = this.head(bytes);
    if (head === null) {
      this.needed = bytes.length + 1;
      return 0;
    }
    if (head.length > XHL_FIELD_BYTES_MAX) {
      this.cut(`a field of ${head.length} bytes is longer than any that is written`);
      return 0;
    }
    const size = head.size + head.length;
    this.needed = size;
    if (bytes.length < size) return 0;
    this.needed = 1;
    this.message(head.number, bytes.subarray(head.size, size));
    return size;
  }

  private head(bytes: Uint8Array): ReturnType<typeof fieldHead> {
    try {
      return fieldHead(bytes);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.cut(`${error.message}: it is none of an .xhl's`);
      return null;
    }
  }

  private message(field: number, bytes: Uint8Array): void {
    try {
      if (field === XhlField.header) this.takeHeader(bytes);
      else if (field === XhlField.blocks) this.takeBlock(blockOf(bytes));
      else if (field === XhlField.footer) this.takeFooter(bytes);
      else this.context.stats.skip("fields of other numbers");
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.problem(`a field that cannot be decoded (${error.message})`);
    }
  }

  private takeHeader(bytes: Uint8Array): void {
    let [format, version, spec] = ["", 0, ""];
    for (const fields = new WireReader(bytes); fields.next(); ) {
      if (fields.number === XhlHeaderField.format)
        format = textOf(fields.content.subarray(0, TEXT_BYTES_MAX));
      else if (fields.number === XhlHeaderField.version) version = fields.value;
      else if (fields.number !== XhlHeaderField.spec) continue;
      else if (fields.content.length > OBJECT_LINE_BYTES_MAX)
        throw new WireError(`a header of ${fields.content.length} bytes`);
      else spec = textOf(fields.content);
    }
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
      return;
    }
  }

  /** Appends a block's events to the batch, with the run's numbers for their strings. Throws BlockError, and then appends none. */
  private load(block: Block): void {
    const columns = columnsOf(plainData(block));
    const { batch, stats, strings } = this.context;
    const [from, wordsFrom] = [batch.length, batch.wordsUsed];
    try {
      this.append(columns, block.rows);
    } catch (error) {
      batch.truncate(from, wordsFrom);
      throw error;
    }
    this.numbers = Int32Array.from(columns.strings, (text) => internText(strings, text));
    this.renumbering.apply(batch, from);
    batch.place.fill(this.offset, from, batch.length);
    for (let row = from; row < batch.length; row++) {
      const kind = batch.kind[row];
      if (isNumbered(kind)) stats.events++;
      if (kind === EventKind.lost || kind === EventKind.gap) stats.lost += lostCount(batch, row);
    }
  }

  /** Appends columns as they are. Throws BlockError where they contradict each other, with some of them appended. */
  private append({ byName, words, strings }: Columns, rows: number): void {
    const { batch } = this.context;
    for (const name of xhlColumns) {
      if (byName.get(name)?.length !== rows * batch[name].BYTES_PER_ELEMENT)
        throw new BlockError(`its column ${name} has a wrong length`);
    }
    if (words.length % 4 !== 0) throw new BlockError("its column words has a wrong length");
    const from = batch.extend(rows);
    const at = batch.reserve(words.length / 4);
    fill(batch.words, at, words);
    for (const name of xhlColumns) fill(batch[name], from, byName.get(name) ?? words);
    // Words before the first row's would be the row's before it.
    if ((rows === 0 ? words.length : batch.payload[from]) !== 0)
      throw new BlockError("payloads out of order");
    let before = 0;
    for (let row = from; row < batch.length; row++) {
      const payload = batch.payload[row];
      if (payload < before || payload > words.length / 4) throw new BlockError("payloads out of order");
      before = payload;
      batch.payload[row] = payload + at;
    }
    for (let row = from; row < batch.length; row++) {
      const wrong = wrongRow(batch, row, strings.length);
      if (wrong !== null) throw new BlockError(`row ${row - from} has ${wrong}`);
    }
  }

  private takeFooter(bytes: Uint8Array): void {
    let blocks = 0;
    // Its index is for those who do not read the whole file.
    for (const fields = new WireReader(bytes); fields.next(); )
      if (fields.number === XhlFooterField.blocks) blocks = fields.value;
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

function blockOf(bytes: Uint8Array): Block {
  const block: Block = {
    rows: 0,
    compression: XhlCompression.none,
    crc: 0,
    size: 0,
    data: new Uint8Array(0),
  };
  for (const fields = new WireReader(bytes); fields.next(); ) {
    const { number, value, content } = fields;
    if (number === XhlBlockField.rows) block.rows = value % 2 ** 32;
    else if (number === XhlBlockField.compression) block.compression = value;
    else if (number === XhlBlockField.crc) block.crc = value;
    else if (number === XhlBlockField.size) block.size = value;
    else if (number === XhlBlockField.data) block.data = content;
  }
  return block;
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

/** The fields of a block's data, not yet looked into. Throws BlockError. */
function columnsOf(bytes: Uint8Array): Columns {
  const byName = new Map<string, Uint8Array>();
  const strings: string[] = [];
  let words: Uint8Array = new Uint8Array(0);
  try {
    for (const fields = new WireReader(bytes); fields.next(); ) {
      const { number, content } = fields;
      if (number === XhlColumnsField.words) words = content;
      else if (number === XhlColumnsField.strings) {
        if (strings.length === XHL_BLOCK_STRINGS_MAX || content.length > TEXT_BYTES_MAX)
          throw new BlockError("it has more names, or longer ones, than any that is written");
        strings.push(textOf(content));
      } else if (number >= 1 && number <= xhlColumns.length) byName.set(xhlColumns[number - 1], content);
    }
  } catch (error) {
    throw error instanceof WireError ? new BlockError(error.message) : error;
  }
  return { byName, words, strings };
}

/** Copies a column's bytes into typed values, which have room for them. */
function fill(to: Uint8Array | Int32Array | Float64Array, at: number, bytes: Uint8Array): void {
  new Uint8Array(to.buffer, to.byteOffset + at * to.BYTES_PER_ELEMENT, bytes.length).set(bytes);
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
}
