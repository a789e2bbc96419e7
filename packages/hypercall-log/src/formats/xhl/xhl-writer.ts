import { crc32, gzipSync } from "node:zlib";
import type { LogHeader } from "../../domains/spec/domain-spec.ts";
import { logHeaderJson } from "../../domains/spec/domain-spec-json.ts";
import { StringRenumbering } from "../../events/batch-strings.ts";
import { EventBatch } from "../../events/event-batch.ts";
import { isNumbered } from "../../events/event-kind.ts";
import type { StringTable } from "../../events/string-table.ts";
import { XHL_BLOCK_EVENTS, XHL_BLOCK_WORDS } from "../../limits.ts";
import { WireWriter } from "./wire-writer.ts";
import {
  XHL_FORMAT,
  XHL_VERSION,
  XhlBlockField,
  XhlColumnsField,
  XhlCompression,
  XhlField,
  XhlFooterField,
  XhlHeaderField,
  XhlIndexField,
  xhlColumns,
} from "./xhl-schema.ts";

/** Where a block lies and what it holds. */
interface BlockIndex {
  readonly offset: number;
  readonly rows: number;
  readonly first_event: number;
  readonly first_time: number;
  readonly last_time: number;
}

/** Writes events as an .xhl file, a piece at a time: `header`, any number of `add`, `finish`. */
export class XhlWriter {
  private readonly strings: StringTable;
  private readonly renumbering = new StringRenumbering((index) => this.ownNumber(index));
  private readonly pending = new EventBatch();
  /** The block's strings, and where each string of the run stands among them. */
  private own: string[] = [];
  private readonly numbers = new Map<number, number>();
  private readonly index: BlockIndex[] = [];
  private offset = 0;
  private events = 0;

  /** `strings`: those that the batches' columns index. */
  constructor(strings: StringTable) {
    this.strings = strings;
  }

  /** The file's beginning. `header` null: the log says nothing of itself. */
  header(header: LogHeader | null): Uint8Array {
    const spec = header === null ? "" : JSON.stringify(logHeaderJson(header));
    const message = new WireWriter()
      .bytes(XhlHeaderField.format, XHL_FORMAT)
      .varint(XhlHeaderField.version, XHL_VERSION)
      .bytes(XhlHeaderField.spec, spec);
    return this.field(XhlField.header, message);
  }

  /** Takes a batch's events; the bytes of a block where one became full, else none. */
  add(batch: EventBatch): Uint8Array {
    const first = this.pending.length;
    this.pending.appendAll(batch);
    this.renumbering.apply(this.pending, first);
    const isFull = this.pending.length >= XHL_BLOCK_EVENTS || this.pending.wordsUsed >= XHL_BLOCK_WORDS;
    return isFull ? this.block() : new Uint8Array(0);
  }

  /** The events that no block has yet as a block of their own: who reads the file while it is written gets them now. */
  flush(): Uint8Array {
    return this.pending.length === 0 ? new Uint8Array(0) : this.block();
  }

  /** The last block and the footer. */
  finish(): Uint8Array {
    const last = this.flush();
    const { index, events } = this;
    const footer = new WireWriter()
      .varint(XhlFooterField.blocks, index.length)
      .varint(XhlFooterField.events, events);
    for (const block of index) {
      const entry = new WireWriter()
        .varint(XhlIndexField.offset, block.offset)
        .varint(XhlIndexField.rows, block.rows)
        .varint(XhlIndexField.first_event, block.first_event)
        .double(XhlIndexField.first_time, block.first_time)
        .double(XhlIndexField.last_time, block.last_time);
      footer.bytes(XhlFooterField.index, entry);
    }
    return Buffer.concat([last, this.field(XhlField.footer, footer)]);
  }

  private block(): Uint8Array {
    const { pending } = this;
    const columns = new WireWriter();
    for (const [i, name] of xhlColumns.entries())
      columns.bytes(i + 1, bytesOf(pending[name].subarray(0, pending.length)));
    columns.bytes(XhlColumnsField.words, bytesOf(pending.words.subarray(0, pending.wordsUsed)));
    for (const text of this.own) columns.bytes(XhlColumnsField.strings, text);
    const plain = columns.finish();
    const data = gzipSync(plain, { level: 1 });
    this.note(pending);
    const block = new WireWriter()
      .varint(XhlBlockField.rows, pending.length)
      .varint(XhlBlockField.compression, XhlCompression.gzip)
      .fixed32(XhlBlockField.crc, crc32(data))
      .varint(XhlBlockField.size, plain.length)
      .bytes(XhlBlockField.data, data);
    const bytes = this.field(XhlField.blocks, block);
    pending.clear();
    this.own = [];
    this.numbers.clear();
    return bytes;
  }

  private note({ length, kind, time }: EventBatch): void {
    const times = time.subarray(0, length).filter((seconds) => !Number.isNaN(seconds));
    this.index.push({
      offset: this.offset,
      rows: length,
      first_event: this.events + 1,
      first_time: times[0] ?? Number.NaN,
      last_time: times[times.length - 1] ?? Number.NaN,
    });
    for (let row = 0; row < length; row++) if (isNumbered(kind[row])) this.events++;
  }

  private field(number: number, message: WireWriter): Uint8Array {
    const bytes = new WireWriter().bytes(number, message).finish();
    this.offset += bytes.length;
    return bytes;
  }

  private ownNumber(index: number): number {
    let number = this.numbers.get(index);
    if (number === undefined) {
      number = this.own.length;
      this.own.push(this.strings.get(index));
      this.numbers.set(index, number);
    }
    return number;
  }
}

/** A column's bytes, which are little-endian on every machine that runs Node. */
function bytesOf(values: Uint8Array | Int32Array | Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
