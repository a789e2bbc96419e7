import type { Recorded } from "./event-kind.ts";

const INITIAL_EVENTS = 1024;
const INITIAL_WORDS = 16 * 1024;
const TWO_POW_32 = 4294967296;
const columns = [
  ...(["kind", "time", "call", "domid", "cpu", "pid", "comm", "via", "nr", "cmd", "start", "ret"] as const),
  ...(["multicall", "entry", "place", "source"] as const),
];
/** Columns by what their values are, those of bytes and half words aside. */
const floats = ["time", "call", "start", "ret", "multicall", "place"] as const;
const integers = ["domid", "cpu", "pid", "comm", "nr", "cmd", "entry", "payload"] as const;
/** Bytes of a row in all columns: two of the others have a byte, one has two. */
const ROW_BYTES = 8 * floats.length + 4 * integers.length + 4;

/**
 * Events in columns: the only currency between the floors. One row per event; what a row holds beyond its columns
 * is its payload, 32-bit words in `words` from `payload[row]` on. 64-bit values are two words, low word first.
 *
 * Payload by kind (u64 = two words):
 * - enter, exit: `[recorded, rows, count u64]`, then `rows` rows, then the lists (see ArgumentShape);
 * - guestP2m: `[pfn u64, mfn u64, nr u64]`; mfn of all ones: erased;
 * - dma: `[unmap, direction, dev, segments, shown, total]` (dev: index of a string; shown, total: -1 not recorded),
 *   then per segment `[mask, phys u64, bus u64, size u64]`, mask bits 0..2 say which were recorded;
 * - lost, gap: `[count u64]`; the CPU is in its column;
 * - grant: `[ref, dom, gfn u64, ro]`; ungrant: `[ref]`;
 * - domain: `[what]`; the domain meant is in `domid`;
 * - share, unshare: `[gfn u64, nr u64, with]` (with: index of a string, -1 not recorded);
 * - mark: `[text]`, index of a string.
 */
export class EventBatch {
  length = 0;
  wordsUsed = 0;
  kind = new Uint8Array(INITIAL_EVENTS);
  /** Seconds; NaN where not recorded. */
  time = new Float64Array(INITIAL_EVENTS);
  /** Joins enter and exit; unique among the calls under way of one source. NaN: none. */
  call = new Float64Array(INITIAL_EVENTS);
  /** Calling domain (kind `domain`: the domain meant); -1 where not recorded. */
  domid = new Int32Array(INITIAL_EVENTS);
  /** -1 where not recorded. */
  cpu = new Int32Array(INITIAL_EVENTS);
  /** Thread; -1 where not recorded. */
  pid = new Int32Array(INITIAL_EVENTS);
  /** Index of a string of the run's StringTable; -1 where not recorded. */
  comm = new Int32Array(INITIAL_EVENTS);
  via = new Uint8Array(INITIAL_EVENTS);
  /** Hypercall number, on enter and (where recorded, else -1) on exit. */
  nr = new Int32Array(INITIAL_EVENTS);
  /** Sub-op without continuation bits; -1 where there is none or it was not recorded. */
  cmd = new Int32Array(INITIAL_EVENTS);
  /** Command bits above the sub-op: memory_op's start_extent, grant_table_op's continuation. */
  start = new Float64Array(INITIAL_EVENTS);
  /** Result of an exit, signed; NaN where not recorded. */
  ret = new Float64Array(INITIAL_EVENTS);
  /** `call` of the multicall around this entry; NaN: none. */
  multicall = new Float64Array(INITIAL_EVENTS);
  /** Position in that multicall, from 0; -1 where not recorded. */
  entry = new Int32Array(INITIAL_EVENTS);
  /** Line (from 1) or byte offset in the source, by the source's format. */
  place = new Float64Array(INITIAL_EVENTS);
  /** Index of the input that holds the event. */
  source = new Uint16Array(INITIAL_EVENTS);
  /** First word of the payload. */
  payload = new Int32Array(INITIAL_EVENTS);
  words = new Int32Array(INITIAL_WORDS);

  constructor() {
    this.blank(0, INITIAL_EVENTS);
  }

  /** Empties the batch; its memory is kept. */
  clear(): void {
    this.blank(0, this.length);
    this.length = 0;
    this.wordsUsed = 0;
  }

  /** Bytes of its memory, NaN where it lies in memory of others. */
  get ownBytes(): number {
    const { kind, words } = this;
    if (words.byteLength !== words.buffer.byteLength) return Number.NaN;
    return words.byteLength + kind.length * ROW_BYTES;
  }

  /**
   * Moves an empty batch into `buffer`, from byte `from` on, with room for `rows` events and `words` words. `isBlank`: an equally
   * large batch lay there last and was cleared.
   */
  moveTo(buffer: ArrayBuffer, from: number, rows: number, words: number, isBlank = false): void {
    let at = (from + 7) & ~7;
    const take = (bytes: number): number => {
      at += bytes;
      return at - bytes;
    };
    for (const name of floats) this[name] = new Float64Array(buffer, take(8 * rows), rows);
    for (const name of integers) this[name] = new Int32Array(buffer, take(4 * rows), rows);
    this.words = new Int32Array(buffer, take(4 * words), words);
    this.source = new Uint16Array(buffer, take(2 * rows), rows);
    this.via = new Uint8Array(buffer, take(rows), rows);
    this.kind = new Uint8Array(buffer, take(rows), rows);
    this.length = 0;
    this.wordsUsed = 0;
    if (!isBlank) this.blank(0, rows);
  }

  /** Appends an event with nothing recorded yet and returns its row; its payload starts at the words' end. */
  add(kind: number, place: number): number {
    if (this.length === this.kind.length) this.growEvents();
    const row = this.length++;
    this.kind[row] = kind;
    this.place[row] = place;
    this.payload[row] = this.wordsUsed;
    return row;
  }

  /** Appends `rows` events of which nothing is recorded, for a caller that fills whole columns; the first row. */
  extend(rows: number): number {
    const first = this.length;
    while (this.kind.length < first + rows) this.growEvents();
    this.length = first + rows;
    return first;
  }

  /** Takes back the events from row `length` on, and the words from `words` on. */
  truncate(length: number, words: number): void {
    this.blank(length, this.length);
    this.length = length;
    this.wordsUsed = words;
  }

  /** Takes back the newest event, its payload included. */
  dropLast(): void {
    this.length--;
    this.wordsUsed = this.payload[this.length];
    this.blank(this.length, this.length + 1);
  }

  /** Empties the payload of the newest event. */
  dropLastPayload(): void {
    this.wordsUsed = this.payload[this.length - 1];
  }

  /** Gives the newest event the payload that row `row` of another batch has. */
  replaceLastPayload(from: EventBatch, row: number): void {
    this.dropLastPayload();
    const first = from.payload[row];
    const last = from.payloadEnd(row);
    const at = this.reserve(last - first);
    this.words.set(from.words.subarray(first, last), at);
  }

  /** Makes room for `count` words and returns the index of the first; they hold whatever was there before. */
  reserve(count: number): number {
    const at = this.wordsUsed;
    if (at + count > this.words.length) this.growWords(at + count);
    this.wordsUsed = at + count;
    return at;
  }

  pushWord(value: number): void {
    const at = this.reserve(1);
    this.words[at] = value;
  }

  pushU64(low: number, high: number): void {
    const at = this.reserve(2);
    this.words[at] = low;
    this.words[at + 1] = high;
  }

  /** A safe integer, negative ones in two's complement. */
  pushNumber(value: number): void {
    this.pushU64(value | 0, Math.floor(value / TWO_POW_32) | 0);
  }

  /** Payload of a call of which nothing was recorded, or whose argument Xen could not read. */
  pushNoArguments(recorded: Recorded): void {
    const at = this.reserve(4);
    const { words } = this;
    words[at] = recorded;
    words[at + 1] = 0;
    words[at + 2] = 0;
    words[at + 3] = 0;
  }

  /** Appends row `row` of another batch, payload included. */
  append(from: EventBatch, row: number): number {
    const to = this.add(from.kind[row], from.place[row]);
    this.time[to] = from.time[row];
    this.call[to] = from.call[row];
    this.domid[to] = from.domid[row];
    this.cpu[to] = from.cpu[row];
    this.pid[to] = from.pid[row];
    this.comm[to] = from.comm[row];
    this.via[to] = from.via[row];
    this.nr[to] = from.nr[row];
    this.cmd[to] = from.cmd[row];
    this.start[to] = from.start[row];
    this.ret[to] = from.ret[row];
    this.multicall[to] = from.multicall[row];
    this.entry[to] = from.entry[row];
    this.source[to] = from.source[row];
    const first = from.payload[row];
    const last = from.payloadEnd(row);
    const at = this.reserve(last - first);
    this.words.set(from.words.subarray(first, last), at);
    return to;
  }

  /** Appends all rows of another batch, payloads included. */
  appendAll(from: EventBatch): void {
    const first = this.length;
    while (this.kind.length < first + from.length) this.growEvents();
    for (const name of columns) this[name].set(from[name].subarray(0, from.length), first);
    const at = this.reserve(from.wordsUsed);
    this.words.set(from.words.subarray(0, from.wordsUsed), at);
    this.length += from.length;
    for (let row = first; row < this.length; row++) this.payload[row] = from.payload[row - first] + at;
  }

  /** Index after the last payload word of a row. Payloads lie in the order of rows. */
  payloadEnd(row: number): number {
    return row + 1 < this.length ? this.payload[row + 1] : this.wordsUsed;
  }

  /** Rows that hold no event say that nothing is recorded, so that `add` need not. */
  private blank(from: number, to: number): void {
    for (const name of ["time", "call", "ret", "multicall"] as const) this[name].fill(Number.NaN, from, to);
    for (const name of ["domid", "cpu", "pid", "comm", "nr", "cmd", "entry"] as const) {
      this[name].fill(-1, from, to);
    }
    for (const name of ["via", "start", "source"] as const) this[name].fill(0, from, to);
  }

  private growEvents(): void {
    const used = this.kind.length;
    const size = used * 2;
    this.kind = grown(this.kind, new Uint8Array(size));
    this.via = grown(this.via, new Uint8Array(size));
    this.source = grown(this.source, new Uint16Array(size));
    for (const name of integers) this[name] = grown(this[name], new Int32Array(size));
    for (const name of floats) this[name] = grown(this[name], new Float64Array(size));
    this.blank(used, size);
  }

  private growWords(needed: number): void {
    this.words = grown(this.words, new Int32Array(Math.max(needed, this.words.length * 2)));
  }
}

function grown<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** The unsigned 64-bit value at `at`, as a number: exact below 2^53; all ones gives ALL_ONES. */
export function u64At(words: Int32Array, at: number): number {
  return (words[at + 1] >>> 0) * TWO_POW_32 + (words[at] >>> 0);
}

/** The signed 64-bit value at `at`, as a number. */
export function s64At(words: Int32Array, at: number): number {
  return words[at + 1] * TWO_POW_32 + (words[at] >>> 0);
}

/** What u64At gives for 0xffffffffffffffff (and the few values next to it): Xen's ~0, INVALID_GFN, INVALID_MFN. */
export const ALL_ONES = 2 ** 64;
