import { crc32 } from "node:zlib";
import { DomainSpecError, logHeaderOf } from "../../domains/spec/domain-spec-file.ts";
import { StringRenumbering } from "../../events/batch-strings.ts";
import type { EventBatch } from "../../events/event-batch.ts";
import { EventKind } from "../../events/event-kind.ts";
import { internText } from "../../events/name-cache.ts";
import { lostCount, writeLost } from "../../events/single-value.ts";
import type { ByteRange } from "../../input/byte-input.ts";
import {
  OBJECT_LINE_BYTES_MAX,
  XHL_AHEAD_BYTES,
  XHL_BLOCK_BYTES_MAX,
  XHL_BLOCK_ROWS_MAX,
  XHL_FIELD_BYTES_MAX,
  XHL_FOOTER_BYTES_MAX,
} from "../../limits.ts";
import type { LogReader, ReaderContext } from "../log-format.ts";
import { appendColumns } from "./block-columns.ts";
import { isHeadWhole } from "./block-head.ts";
import { type BlockOutline, blockOutline } from "./block-outline.ts";
import { unpacked } from "./block-packing.ts";
import { spanOf } from "./block-span.ts";
import { xgt } from "./generated/hypercall-log.js";
import { HeldBytes } from "./held-bytes.ts";
import { IndexSum } from "./index-sum.ts";
import { decoded, fieldHead, MessageError } from "./message-reader.ts";
import { LogField, XHL_FORMAT, XHL_VERSION } from "./xhl-schema.ts";

/** Reader of .xhl files: takes each whole field as it comes, one block at a time. */
export class XhlReader implements LogReader {
  private readonly context: ReaderContext;
  private readonly renumbering = new StringRenumbering((index) => this.numbers[index]);
  private numbers = new Int32Array(0);
  private readonly held = new HeldBytes();
  /** Bytes that must be held before the next look at them is worth it. */
  private needed = 1;
  /** Where in the file the next field begins. */
  private offset = 0;
  /** The block of which the data is passed over: held is what came from the data's last byte on. */
  private passed: BlockOutline | null = null;
  /** The field at this place is read as a whole. */
  private wholeAt = -1;
  private blocks = 0;
  /** What the blocks say of themselves; null: of one of them it is not known. */
  private index: IndexSum | null = new IndexSum();
  /** Number of the next block's first event; NaN: the block before it was left out or passed over. */
  private nextEvent = 1;
  private hasEnded = false;
  private isOver = false;
  private hasFooter = false;

  constructor(context: ReaderContext) {
    this.context = context;
  }

  push(bytes: Uint8Array): void {
    if (this.isOver) return;
    this.held.add(bytes);
    this.takeFields();
  }

  finish(): void {
    this.hasEnded = true;
  }

  more(): boolean {
    if (this.takeFields()) return true;
    if (!this.hasEnded || this.isOver) return false;
    this.isOver = true;
    if (this.held.length > 0 || this.passed !== null) this.cut("the file ends inside a field");
    else if (!this.hasFooter) this.cut("the file has no footer: it was cut, or is still being written");
    return false;
  }

  wanted(): ByteRange | null {
    if (this.isOver) return null;
    this.passed ??= this.passable();
    const { held, offset, needed } = this;
    const from = offset + (this.passed?.dataLast ?? 0) + held.length;
    return { from, length: Math.max(needed - held.length, 0) + XHL_AHEAD_BYTES };
  }

  /** The block whose beginning is held, where its data need not be read; what is held of it is let go. */
  private passable(): BlockOutline | null {
    const { held, offset } = this;
    if (held.length === 0 || offset === this.wholeAt || this.context.time === undefined) return null;
    const head = this.head(held.bytes);
    if (head?.number !== LogField.blocks) return null;
    const end = head.size + head.length;
    const outline = held.length < end ? blockOutline(held.bytes, head.size, end) : null;
    if (outline === null || held.length > outline.dataLast || !this.isUnwantedSo(outline.before)) return null;
    held.drop(held.length);
    this.needed = end - outline.dataLast;
    return outline;
  }

  /** Whether a block of these members is of another time than is asked for; false, too, where they cannot be decoded. */
  private isUnwantedSo(members: Uint8Array): boolean {
    try {
      return this.isUnwanted(decoded(xgt.Block, members));
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      return false;
    }
  }

  /** Takes the block whose data was passed over, now that what is behind it is held. */
  private takePassed({ before, dataLast, end }: BlockOutline): void {
    const size = end - dataLast;
    const members = Buffer.concat([before, this.held.bytes.subarray(1, size)]);
    this.passed = null;
    this.needed = 1;
    if (this.isUnwantedSo(members)) {
      this.takeBlock(decoded(xgt.Block, members));
      this.held.drop(size);
      this.offset += end;
      return;
    }
    // What is behind the data says otherwise: the field is read from its beginning.
    this.held.drop(this.held.length);
    this.wholeAt = this.offset;
  }

  /** Takes the fields that are held, as far as the next block; whether it has taken one, and there may be more. */
  private takeFields(): boolean {
    const { blocks, held } = this;
    if (held.length < this.needed) return false;
    if (this.passed !== null) this.takePassed(this.passed);
    while (held.length > 0 && !this.isOver && this.blocks === blocks) {
      const size = this.takeField(held.bytes);
      if (size === 0) break;
      held.drop(size);
      this.offset += size;
    }
    return this.blocks > blocks && !this.isOver;
  }

  /** Takes the field at the beginning of `bytes`; its size, 0 where it is not all there. */
  private takeField(bytes: Uint8Array): number {
    const head = this.head(bytes);
    if (head === null) {
      this.needed = bytes.length + 1;
      return 0;
    }
    const most = head.number === LogField.footer ? XHL_FOOTER_BYTES_MAX : XHL_FIELD_BYTES_MAX;
    if (head.length > most) {
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
      if (!(error instanceof MessageError)) throw error;
      this.cut(`${error.message}: it is none of an .xhl's`);
      return null;
    }
  }

  private message(field: number, bytes: Uint8Array): void {
    try {
      if (field === LogField.header) this.takeHeader(bytes);
      else if (field === LogField.blocks) this.takeBlock(decoded(xgt.Block, bytes));
      else if (field === LogField.footer) this.takeFooter(decoded(xgt.Footer, bytes));
      else this.context.stats.skip("fields of other numbers");
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      this.problem(`a field that cannot be decoded (${error.message})`);
    }
  }

  private takeHeader(bytes: Uint8Array): void {
    const { format, version, spec } = decoded(xgt.Header, bytes, OBJECT_LINE_BYTES_MAX);
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

  private takeBlock(block: xgt.Block): void {
    this.blocks++;
    if (!isHeadWhole(block)) {
      this.problem("a block is left out: the checksum of its head is wrong");
      this.index = null;
      // How many events it has, the number of the next block's first one tells, or the footer.
      if (Number.isNaN(this.nextEvent)) this.addLost(1);
      return;
    }
    const first = Number(block.firstEvent);
    const { earliest, latest } = block;
    this.index?.add({ offset: this.offset, firstEvent: first, earliest, latest });
    try {
      if (!Number.isSafeInteger(first)) throw new MessageError("its first event has no number");
      this.checkNumber(first, `a block begins with event ${first}`);
      this.nextEvent = this.isUnwanted(block) ? Number.NaN : first + this.load(block);
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      this.problem(`a block of ${block.rows} events is left out: ${error.message}`);
      this.addLost(block.rows);
      this.nextEvent = Number.NaN;
    }
  }

  /** Whether all of a block's events are of a time that is not asked for: then it is not even unpacked. */
  private isUnwanted({ earliest, latest }: xgt.Block): boolean {
    const { time } = this.context;
    return time !== undefined && (latest < time.from || earliest > time.to);
  }

  /** Says where the events before `first`, of which `what` tells, are not those of the blocks before it. */
  private checkNumber(first: number, what: string): void {
    const missing = first - this.nextEvent;
    if (missing === 0 || Number.isNaN(missing)) return;
    this.problem(`${what}, where event ${this.nextEvent} would be the next`);
    if (missing > 0) this.addLost(missing);
  }

  /** Appends a block's events to the batch; how many. Throws MessageError, and then appends none. */
  private load({ rows, crc, size, data, compression, earliest, latest }: xgt.Block): number {
    if (crc32(data) !== crc) throw new MessageError("its checksum is wrong");
    if (size > XHL_BLOCK_BYTES_MAX || rows > XHL_BLOCK_ROWS_MAX)
      throw new MessageError("its size is impossible");
    const { batch, stats, strings } = this.context;
    const [from, wordsFrom] = [batch.length, batch.wordsUsed];
    const names = appendColumns(unpacked(data, compression, size), rows, batch);
    const span = spanOf(batch, from);
    if (!isSame(span.earliest, earliest) || !isSame(span.latest, latest)) {
      batch.truncate(from, wordsFrom);
      throw new MessageError("its events are of another time than it says");
    }
    this.numbers = Int32Array.from(names, (text) => internText(strings, text));
    // The first blocks of a log often name what they do in the order of the run.
    if (!this.numbers.every((number, index) => number === index)) this.renumbering.apply(batch, from);
    batch.place.fill(this.offset, from, batch.length);
    stats.events += span.events;
    if (span.losses > 0) stats.lost += lostRows(batch, from);
    return span.events;
  }

  private takeFooter(footer: xgt.Footer): void {
    const { blocks, events, offset, firstEvent, earliest, latest } = footer;
    this.hasFooter = true;
    const next = Number(events) + 1;
    if (Number.isSafeInteger(next)) this.checkNumber(next, `the footer counts ${next - 1} events`);
    else this.problem("the footer counts more events than there can be");
    if (blocks !== this.blocks)
      this.problem(`the footer counts ${blocks} blocks, the file has ${this.blocks}`);
    else if ([offset, firstEvent, earliest, latest].some((column) => column.length !== blocks))
      this.problem("the footer's index is not of all blocks");
    else if (this.index !== null && indexSumOf(footer) !== this.index.value)
      this.problem("the footer's index does not say what the blocks say of themselves");
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

function indexSumOf({ offset, firstEvent, earliest, latest }: xgt.Footer): number {
  const sum = new IndexSum();
  for (let i = 0; i < offset.length; i++)
    sum.add({ offset: offset[i], firstEvent: firstEvent[i], earliest: earliest[i], latest: latest[i] });
  return sum.value;
}

/** Records that the rows from one on say were lost. */
function lostRows(batch: EventBatch, from: number): number {
  let lost = 0;
  for (let row = from; row < batch.length; row++) {
    const kind = batch.kind[row];
    if (kind === EventKind.lost || kind === EventKind.gap) lost += lostCount(batch, row);
  }
  return lost;
}

/** Whether two times are one; NaN is one, too. */
function isSame(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}
