import type { EventBatch } from "../../events/event-batch.ts";
import { ListState } from "../../events/event-kind.ts";
import type { TemplateEngine } from "../log-format.ts";
import type { CallLender } from "./native-calls.ts";
import { NativeTemplates } from "./native-templates.ts";
import {
  BODY_NUMBERS,
  BodyFlag,
  BodyNumber,
  HASHED_BYTES,
  headSlot,
  OP_NUMBERS,
  TemplateOp,
  type TemplateTable,
} from "./template-table.ts";

const NEWLINE = 10;
const QUOTE = 34;
const COMMA = 44;
const DOT = 46;
const ZERO = 48;
const LOWER_X = 120;
const HEX_DIGITS = 16;
const HALF_DIGITS = 8;
/** Decimal digits that a double holds exactly. */
const EXACT_DIGITS = 15;
const REGISTERS = 4;
/** Bytes of a log from which on its lines are read in WebAssembly: those by which its format is told are not. */
const NATIVE_FROM_BYTES = 1 << 16;
/** Words that one array of a probe event can hold (kernel/trace/trace_probe.h:MAX_ARRAY_LEN@L6.12). */
export const PROBE_ARRAY_MAX = 64;
const TWO_POW_32 = 4294967296;
const POWERS_OF_TEN = Float64Array.from({ length: EXACT_DIGITS + 1 }, (_, exponent) => 10 ** exponent);
/** Value of a lower-case hex digit by its byte, -1 for other bytes: not every reader knows upper-case ones. */
const HEX_VALUE = new Int8Array(256).fill(-1);
for (let digit = 0; digit < HEX_DIGITS; digit++) HEX_VALUE[digit.toString(16).charCodeAt(0)] = digit;
/** Bits of a literal's last word that belong to it, by its bytes beyond whole words. */
const TAIL_MASKS = Int32Array.of(0, 0xff, 0xffff, 0xffffff);

/**
 * Reads lines whose layout was learnt: a head, the time, a body of literal bytes and values between them. It says nothing
 * of what a line means: a line that fits no layout to the last byte is left to the reader of the format.
 */
export class LineTemplates {
  readonly table: TemplateTable;
  /** Lines that the last `run` took. */
  taken = 0;
  /** Where the next line begins: behind the lines that `run` took, and behind the one of `body`. */
  next = 0;
  /** Body of the line behind those that `run` took: a call's, which is the caller's to complete; -1: there is none. */
  body = -1;
  /** Where the line of `body` begins. */
  start = 0;
  /** Of the line of `body`: its head, its time, where its payload begins, its registers. */
  head = -1;
  time = 0;
  payload = 0;
  readonly registers = new Float64Array(REGISTERS);
  /** Body of the last line that was taken; -1: none yet. */
  last = -1;

  /** Bytes from which on lines are read in WebAssembly; a shorter log is read before that would be ready. */
  private readonly nativeFrom: number;
  private native: NativeTemplates | null = null;
  private entered = 0;
  private readonly batch: EventBatch;
  /** True: lines' heads say CPU, thread and task; false: their bodies. */
  private readonly hasTaskInHead: boolean;
  private readonly lender: CallLender | null;
  private bytes: Uint8Array = new Uint8Array(0);
  private view = new DataView(this.bytes.buffer);
  private lastHead = 0;
  private pos = 0;

  constructor(
    table: TemplateTable,
    batch: EventBatch,
    hasTaskInHead: boolean,
    engine: TemplateEngine | undefined,
    lender: CallLender | null = null,
  ) {
    this.lender = lender;
    this.nativeFrom =
      engine === undefined ? NATIVE_FROM_BYTES : engine === "webassembly" ? 0 : Number.POSITIVE_INFINITY;
    this.table = table;
    this.batch = batch;
    this.hasTaskInHead = hasTaskInHead;
  }

  /** The bytes in which `run` reads from now on; each line in them ends with a newline. */
  enter(bytes: Uint8Array): void {
    this.entered += bytes.length;
    if (this.entered >= this.nativeFrom && this.native === null) {
      this.native = NativeTemplates.of(this.table, this.batch, this.hasTaskInHead, this.lender);
    }
    this.native?.enter(bytes);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /**
   * Adds the events of the lines from `start` on that fit a layout, `line` being the number of the line before. It stops
   * at `end`, behind the line of a call (`body`), and at the first line that fits none. With `waits` a list of another
   * line is waited for.
   */
  run(start: number, end: number, line: number, waits: boolean): void {
    const { batch, native } = this;
    const { bodies, bodyCount } = this.table;
    if (bodyCount === 0) {
      this.taken = 0;
      this.next = start;
      this.body = -1;
      return;
    }
    if (native?.run(start, end, line, waits) === true) {
      this.takeOver(native);
      return;
    }
    let p = start;
    let taken = 0;
    this.body = -1;
    while (p < end) {
      if (!this.fits(p, waits)) break;
      const at = this.last * BODY_NUMBERS;
      if ((bodies[at + BodyNumber.flags] & BodyFlag.isCall) !== 0) {
        this.body = this.last;
        this.start = p;
        p = this.pos + 1;
        break;
      }
      p = this.pos + 1;
      this.fill(batch.add(bodies[at + BodyNumber.kind], line + ++taken));
    }
    this.taken = taken;
    this.next = p;
  }

  private takeOver(native: NativeTemplates): void {
    this.taken = native.taken;
    this.next = native.next;
    this.body = native.body;
    if (this.body < 0) return;
    this.last = this.body;
    this.start = native.start;
    this.head = native.head;
    this.time = native.time;
    this.payload = native.payload;
    for (let i = 0; i < REGISTERS; i++) this.registers[i] = native.registers[i];
  }

  /** Gives the batch's newest row what the line read last says beside its values. */
  fill(row: number): void {
    const { batch, table, last } = this;
    const task = this.hasTaskInHead ? this.head : last;
    batch.payload[row] = this.payload;
    batch.time[row] = this.time;
    batch.domid[row] = table.bodies[last * BODY_NUMBERS + BodyNumber.domid];
    batch.cpu[row] = table.cpus[task];
    batch.pid[row] = table.pids[task];
    batch.comm[row] = table.comms[task];
  }

  /** Whether the line at `start` fits; then its payload lies at the batch's end and `pos` is at its newline. */
  private fits(start: number, waits: boolean): boolean {
    const { bodies, bodyCount } = this.table;
    const p = this.readHead(start);
    if (p < 0) return false;
    const before = (this.last < 0 ? 0 : this.last) * BODY_NUMBERS;
    const next = bodies[before + BodyNumber.next];
    let found = this.readBody(p, next, waits) ? next : -1;
    if (found < 0) {
      const other = bodies[before + BodyNumber.other];
      if (other !== next && this.readBody(p, other, waits)) found = other;
      for (let body = 0; found < 0 && body < bodyCount; body++) {
        if (body !== next && body !== other && this.readBody(p, body, waits)) found = body;
      }
      if (found < 0) return false;
      bodies[before + BodyNumber.other] = next;
      bodies[before + BodyNumber.next] = found;
    }
    this.last = found;
    this.head = this.lastHead;
    return true;
  }

  /** Reads head and time of the line at `start`; where the time ends, -1 where no head fits. */
  private readHead(start: number): number {
    const { table, view, hasTaskInHead } = this;
    let p = this.readTimeBehind(start, this.lastHead);
    if (p >= 0) return p;
    if (!hasTaskInHead) {
      for (let head = 0; p < 0 && head < table.headCount; head++) p = this.readTimeBehind(start, head);
      return p;
    }
    if (start + HASHED_BYTES > view.byteLength) return -1;
    for (let head = table.slots[headSlot(view, start)]; p < 0 && head >= 0; head = table.before[head]) {
      p = this.readTimeBehind(start, head);
    }
    return p;
  }

  /** Where the time behind a head ends; -1 where the line at `start` has another one. */
  private readTimeBehind(start: number, head: number): number {
    const { heads, headCount } = this.table;
    if (head >= headCount || !this.isAt(start, heads[2 * head], heads[2 * head + 1])) return -1;
    const p = this.readTime(start + heads[2 * head + 1]);
    if (p >= 0) this.lastHead = head;
    return p;
  }

  /** Reads the time at `start`; where it ends, -1 where there is none of at most 15 digits. */
  private readTime(start: number): number {
    const { bytes } = this;
    let p = start;
    let value = 0;
    let digit = bytes[p] - ZERO;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digit = bytes[++p] - ZERO;
    }
    const whole = p - start;
    if (whole === 0 || (whole > 1 && bytes[start] === ZERO) || bytes[p] !== DOT) return -1;
    const point = p;
    digit = bytes[++p] - ZERO;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digit = bytes[++p] - ZERO;
    }
    const fraction = p - point - 1;
    if (fraction === 0 || whole + fraction > EXACT_DIGITS) return -1;
    this.time = value / POWERS_OF_TEN[fraction];
    return p;
  }

  /** Whether the bytes at `start` fit a body. */
  private readBody(start: number, body: number, waits: boolean): boolean {
    const { batch, table } = this;
    const { bodies, ops, images } = table;
    const at = body * BODY_NUMBERS;
    const first = bodies[at];
    // The first literal tells most bodies apart, before anything is written.
    if (!this.isAt(start, ops[first + 1], ops[first + 2])) return false;
    if (waits && (bodies[at + BodyNumber.flags] & BodyFlag.settles) !== 0) return false;
    const size = bodies[at + BodyNumber.imageWords];
    const image = bodies[at + BodyNumber.image];
    const payload = batch.reserve(size);
    const { words } = batch;
    for (let i = 0; i < size; i++) words[payload + i] = images[image + i];
    this.pos = start + ops[first + 2];
    const refused = bodies[at + BodyNumber.refused];
    if (
      this.readParts(first + OP_NUMBERS, bodies[at + BodyNumber.opsEnd], payload, payload) &&
      this.bytes[this.pos] === NEWLINE &&
      (refused < 0 || batch.words[payload + refused] !== -1 || batch.words[payload + refused + 1] !== -1)
    ) {
      this.payload = payload;
      return true;
    }
    batch.wordsUsed = payload;
    return false;
  }

  /** Whether the bytes at `pos` fit the ops; values go to the words from `base` on. `payload`: where that begins. */
  private readParts(first: number, end: number, base: number, payload: number): boolean {
    const { table, batch } = this;
    const { ops } = table;
    for (let op = first; op < end; op += OP_NUMBERS) {
      const kind = ops[op];
      const a = ops[op + 1];
      if (kind === TemplateOp.literal) {
        if (!this.isAt(this.pos, a, ops[op + 2])) return false;
        this.pos += ops[op + 2];
      } else if (kind === TemplateOp.hex) {
        if (!this.readHex(batch.words, base + a)) return false;
      } else if (kind === TemplateOp.decimal || kind === TemplateOp.register) {
        const value = this.readDecimal();
        if (value < 0) return false;
        if (kind === TemplateOp.register) this.registers[a] = value;
        else {
          batch.words[base + a] = value | 0;
          batch.words[base + a + 1] = value < TWO_POW_32 ? 0 : Math.floor(value / TWO_POW_32);
        }
      } else if (kind === TemplateOp.list) {
        if (!this.readList(a)) return false;
      } else if (kind === TemplateOp.array) {
        if (!this.readArray()) return false;
      } else {
        if (!this.readRows(op, payload)) return false;
        op += a * OP_NUMBERS;
      }
    }
    return true;
  }

  private readHex(words: Int32Array, at: number): boolean {
    const { bytes } = this;
    const start = this.pos;
    let p = start;
    let low = 0;
    let high = 0;
    let digit = HEX_VALUE[bytes[p]];
    while (digit >= 0 && p - start < HALF_DIGITS) {
      low = (low << 4) | digit;
      digit = HEX_VALUE[bytes[++p]];
    }
    while (digit >= 0) {
      high = (high << 4) | (low >>> 28);
      low = (low << 4) | digit;
      digit = HEX_VALUE[bytes[++p]];
    }
    words[at] = low;
    words[at + 1] = high;
    this.pos = p;
    return p > start && p - start <= HEX_DIGITS;
  }

  /** The number at `pos`, -1 where there is none in the form that JSON, too, allows. */
  private readDecimal(): number {
    const { bytes } = this;
    const start = this.pos;
    let p = start;
    let value = 0;
    let digit = bytes[p] - ZERO;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digit = bytes[++p] - ZERO;
    }
    this.pos = p;
    const digits = p - start;
    return digits === 0 || digits > EXACT_DIGITS || (digits > 1 && bytes[start] === ZERO) ? -1 : value;
  }

  private readList(absent: number): boolean {
    const { bytes, batch } = this;
    const head = batch.reserve(2);
    let { words } = batch;
    words[head] = ListState.present;
    let at = head + 2;
    let p = this.pos - 1;
    do {
      if (bytes[p + 1] !== QUOTE || bytes[p + 2] !== ZERO || bytes[p + 3] !== LOWER_X) return false;
      if (at + 2 > words.length) {
        batch.wordsUsed = at;
        batch.reserve(2);
        words = batch.words;
      }
      this.pos = p + 4;
      if (!this.readHex(words, at)) return false;
      at += 2;
      p = this.pos;
      if (bytes[p] !== QUOTE) return false;
      p++;
    } while (bytes[p] === COMMA);
    this.pos = p;
    words[head + 1] = (at - head - 2) >> 1;
    batch.wordsUsed = at;
    for (let i = 0; i < absent; i++) batch.pushU64(ListState.absent, 0);
    return true;
  }

  private readArray(): boolean {
    const { bytes, batch } = this;
    const head = batch.reserve(2 + 2 * PROBE_ARRAY_MAX);
    const { words } = batch;
    const end = head + 2 + 2 * PROBE_ARRAY_MAX;
    let at = head + 2;
    this.pos--;
    do {
      this.pos++;
      if (at === end || bytes[this.pos] !== ZERO || bytes[this.pos + 1] !== LOWER_X) return false;
      this.pos += 2;
      if (!this.readHex(words, at)) return false;
      at += 2;
    } while (bytes[this.pos] === COMMA);
    words[head] = (at - head - 2) >> 1;
    words[head + 1] = 0;
    batch.wordsUsed = at;
    return true;
  }

  /** Rows by the ops behind the one at `op`. */
  private readRows(op: number, payload: number): boolean {
    const { batch, table, bytes } = this;
    const { ops, images } = table;
    const first = op + OP_NUMBERS;
    const end = first + ops[op + 1] * OP_NUMBERS;
    const size = ops[op + 2];
    const image = ops[op + 3];
    let rows = 0;
    this.pos--;
    do {
      this.pos++;
      const at = batch.reserve(size);
      const { words } = batch;
      for (let i = 0; i < size; i++) words[at + i] = images[image + i];
      if (!this.readParts(first, end, at, payload)) return false;
      rows++;
    } while (bytes[this.pos] === COMMA);
    batch.words[payload + 1] = rows;
    if (ops[op] === TemplateOp.countedRows) {
      batch.words[payload + 2] = rows;
      batch.words[payload + 3] = 0;
    }
    return true;
  }

  /** Whether `size` bytes from word `literal` of the literals stand at `start`. */
  private isAt(start: number, literal: number, size: number): boolean {
    const { view, table } = this;
    const { literals } = table;
    if (start + size + 4 > view.byteLength) return false;
    const last = literal + (size >> 2);
    let p = start;
    for (let at = literal; at < last; at++, p += 4) {
      if (view.getInt32(p, true) !== literals[at]) return false;
    }
    return ((view.getInt32(p, true) ^ literals[last]) & TAIL_MASKS[size & 3]) === 0;
  }
}
