import { crc32, gzipSync } from "node:zlib";
import protobuf from "protobufjs";
import type { LogHeader } from "../../domains/spec/domain-spec.ts";
import { logHeaderJson } from "../../domains/spec/domain-spec-json.ts";
import { StringRenumbering } from "../../events/batch-strings.ts";
import { EventBatch } from "../../events/event-batch.ts";
import { isNumbered } from "../../events/event-kind.ts";
import type { StringTable } from "../../events/string-table.ts";
import { XHL_BLOCK_EVENTS, XHL_BLOCK_WORDS } from "../../limits.ts";
import {
  WITH_LENGTH,
  XHL_FORMAT,
  XHL_VERSION,
  XhlCompression,
  XhlField,
  xhlColumns,
  xhlTypes,
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
    return this.field(XhlField.header, xhlTypes.header, { format: XHL_FORMAT, version: XHL_VERSION, spec });
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
    const footer = this.field(XhlField.footer, xhlTypes.footer, { blocks: index.length, events, index });
    return Buffer.concat([last, footer]);
  }

  private block(): Uint8Array {
    const { pending } = this;
    const columns: Record<string, unknown> = {
      words: bytesOf(pending.words.subarray(0, pending.wordsUsed)),
      strings: this.own,
    };
    for (const name of xhlColumns) columns[name] = bytesOf(pending[name].subarray(0, pending.length));
    const plain = xhlTypes.columns.encode(columns).finish();
    const data = gzipSync(plain, { level: 1 });
    this.note(pending);
    const bytes = this.field(XhlField.blocks, xhlTypes.block, {
      rows: pending.length,
      compression: XhlCompression.gzip,
      crc: crc32(data),
      size: plain.length,
      data,
    });
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

  private field(number: number, type: protobuf.Type, message: object): Uint8Array {
    const writer = protobuf.Writer.create().uint32((number << 3) | WITH_LENGTH);
    const bytes = writer.bytes(type.encode(message).finish()).finish();
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
