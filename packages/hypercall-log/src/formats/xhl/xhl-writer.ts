import { crc32 } from "node:zlib";
import type { LogHeader } from "../../domains/spec/domain-spec.ts";
import { logHeaderJson } from "../../domains/spec/domain-spec-json.ts";
import { StringRenumbering } from "../../events/batch-strings.ts";
import { EventBatch } from "../../events/event-batch.ts";
import type { StringTable } from "../../events/string-table.ts";
import { XHL_BLOCK_EVENTS, XHL_BLOCK_WORDS } from "../../limits.ts";
import { ColumnsWriter } from "./block-columns.ts";
import { headSum } from "./block-head.ts";
import { packed, type XhlPacking } from "./block-packing.ts";
import { spanOf } from "./block-span.ts";
import { xgt } from "./generated/hypercall-log.js";
import { XHL_FORMAT, XHL_VERSION } from "./xhl-schema.ts";

/** Writes events as an .xhl file, a piece at a time: `header`, any number of `add`, `finish`. */
export class XhlWriter {
  private readonly strings: StringTable;
  private readonly packing: XhlPacking;
  private readonly renumbering = new StringRenumbering((index) => this.ownNumber(index));
  private readonly pending = new EventBatch();
  private readonly columns = new ColumnsWriter();
  /** The block's strings, and where each string of the run stands among them. */
  private own: string[] = [];
  private readonly numbers = new Map<number, number>();
  /** The footer's index: a value per block. */
  private readonly index = {
    offset: [] as number[],
    firstEvent: [] as number[],
    earliest: [] as number[],
    latest: [] as number[],
  };
  private offset = 0;
  private events = 0;

  /** `strings`: those that the batches' columns index. `packing`: one that this runtime can do (`canPack`). */
  constructor(strings: StringTable, packing: XhlPacking = "gzip") {
    this.strings = strings;
    this.packing = packing;
  }

  /** The file's beginning. `header` null: the log says nothing of itself. */
  header(header: LogHeader | null): Uint8Array {
    const spec = header === null ? "" : JSON.stringify(logHeaderJson(header));
    return this.piece({ header: { format: XHL_FORMAT, version: XHL_VERSION, spec } });
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
    const footer = { blocks: this.index.offset.length, events: this.events, ...this.index, bytes: 1 };
    // Any other number than 0 takes as much room.
    footer.bytes = xgt.Log.encode({ footer }).len;
    return Buffer.concat([last, this.piece({ footer })]);
  }

  private block(): Uint8Array {
    const { pending, index } = this;
    const plain = this.columns.write(pending, this.own);
    const { data, compression } = packed(plain, this.packing);
    const { events, earliest, latest } = spanOf(pending);
    const firstEvent = this.events + 1;
    index.offset.push(this.offset);
    index.firstEvent.push(firstEvent);
    index.earliest.push(earliest);
    index.latest.push(latest);
    const span = { rows: pending.length, firstEvent, earliest, latest };
    const head = { ...span, compression, crc: crc32(data), size: plain.length };
    const block = { ...head, data, headCrc: headSum(head) };
    this.events += events;
    pending.clear();
    this.own = [];
    this.numbers.clear();
    return this.piece({ blocks: [block] });
  }

  /** A piece of the file: the whole is one message, put together of these. */
  private piece(log: xgt.Log.$Properties): Uint8Array {
    const bytes = xgt.Log.encode(log).finish();
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
