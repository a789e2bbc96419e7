import { FTRACE_CHUNKS_MAX } from "../../limits.ts";

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const OPEN_ROUND = 40;
const CLOSE_ROUND = 41;
const COMMA = 44;
const MINUS = 45;
const ZERO = 48;
const NINE = 57;
const EQUALS = 61;
const UPPER_A = 65;
const CLOSE_SQUARE = 93;
const LOWER_F = 102;
const LOWER_W = 119;
const LOWER_X = 120;
const OPEN_CURLY = 123;
const CLOSE_CURLY = 125;

/** Words that one array of a probe event can hold (kernel/trace/trace_probe.h:MAX_ARRAY_LEN@L6.12). */
export const CHUNK_WORDS = 64;
const LIST_WORDS = CHUNK_WORDS * FTRACE_CHUNKS_MAX;
const TWO_POW_32 = 4294967296;
/** Hex digits of a 64-bit word, and of a half of it. */
const WORD_DIGITS = 16;
const HALF_DIGITS = 8;
/** Decimal digits that a double holds exactly. */
const EXACT_DIGITS = 15;
const MASK_64 = (1n << 64n) - 1n;
const WORD_BYTES = 8;
const BYTE_ARRAY = new TextEncoder().encode("ARRAY[");
const TOO_LARGE = "a number of more than 64 bits";

const hexValues = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 16; digit++) {
  hexValues[digit.toString(16).charCodeAt(0)] = digit;
  hexValues[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
}

/** Scalars of a probe event, by the names that the probes give them; `uop` is a grant call's `arg`. */
export const Scalar = { op: 0, cmd: 1, arg: 2, nr: 3, count: 4, ret: 5, pfn: 6, mfn: 7, n: 8 } as const;
const SCALARS = 9;

/** An array of 64-bit words, low halves first. */
export class WordList {
  readonly words: Int32Array;
  /** Words read, from the first on. */
  length = 0;
  /** Bit n: part n of a list that comes in several arrays was read (`f0`, `f1`, ...). */
  chunks = 0;

  constructor(words: number) {
    this.words = new Int32Array(2 * words);
  }

  clear(): void {
    this.length = 0;
    this.chunks = 0;
  }

  /** Takes the parts of another list that this one lacks. */
  take(from: WordList): void {
    for (let chunk = 0; chunk < FTRACE_CHUNKS_MAX; chunk++) {
      if ((from.chunks & (1 << chunk)) === 0) continue;
      const first = chunk * CHUNK_WORDS;
      const last = Math.min(from.length, first + CHUNK_WORDS);
      this.words.set(from.words.subarray(2 * first, 2 * last), 2 * first);
      this.length = Math.max(this.length, last);
    }
    this.chunks |= from.chunks;
  }

  /** Takes part `chunk`, `size` words that begin at `from` of `words`. */
  put(chunk: number, words: Int32Array, from: number, size: number): void {
    const first = chunk * CHUNK_WORDS;
    // Most parts are short: a loop is done before a view of them is made.
    for (let i = 0; i < 2 * size; i++) this.words[2 * first + i] = words[from + i];
    this.length = Math.max(this.length, first + size);
    this.chunks |= 1 << chunk;
  }

  /** Whether both have the same words and parts. */
  equals(other: WordList): boolean {
    if (this.length !== other.length || this.chunks !== other.chunks) return false;
    for (let i = 0; i < 2 * this.length; i++) {
      const isRead = (this.chunks & (1 << Math.floor(i / (2 * CHUNK_WORDS)))) !== 0;
      if (isRead && this.words[i] !== other.words[i]) return false;
    }
    return true;
  }

  /** Words up to the first part that is missing. */
  get whole(): number {
    let chunk = 0;
    while ((this.chunks & (1 << chunk)) !== 0) chunk++;
    return Math.min(this.length, chunk * CHUNK_WORDS);
  }
}

/** Key bytes packed into an integer; of longer keys the last four. */
function packed(key: string): number {
  let value = 0;
  for (let i = 0; i < key.length; i++) value = (value << 8) | key.charCodeAt(i);
  return value;
}
const KEY_A = packed("a");
const KEY_F = packed("f");
const KEY_W = packed("w");
const KEY_IDXS = packed("idxs");
const KEY_GPFNS = packed("gpfns");
const KEY_CMD = packed("cmd");
const KEY_ARG = packed("arg");
const KEY_UOP = packed("uop");
const KEY_COUNT = packed("count");
const KEY_RET = packed("ret");
const KEY_OP = packed("op");
const KEY_NR = packed("nr");
const KEY_PFN = packed("pfn");
const KEY_MFN = packed("mfn");
const KEY_N = packed("n");

/** The scalar of a member's name, -1 where no one asks for it. */
export function scalarNamed(name: string): number {
  return scalarOf(packed(name));
}

/** The scalar of a packed key, -1 where no one asks for it. */
function scalarOf(key: number): number {
  if (key === KEY_CMD) return Scalar.cmd;
  if (key === KEY_ARG || key === KEY_UOP) return Scalar.arg;
  if (key === KEY_COUNT) return Scalar.count;
  if (key === KEY_RET) return Scalar.ret;
  if (key === KEY_PFN) return Scalar.pfn;
  if (key === KEY_MFN) return Scalar.mfn;
  if (key === KEY_N) return Scalar.n;
  if (key === KEY_OP) return Scalar.op;
  return key === KEY_NR ? Scalar.nr : -1;
}

/** The lists of a probe event. */
const LISTS = ["args", "list", "words", "idxs", "gpfns"] as const;

/** A part of a list, as one array of a probe event holds it. */
export interface ListPart {
  readonly list: (typeof LISTS)[number];
  readonly chunk: number;
}

/** The part of a list that an array of this name holds; null where no one asks for it. */
export function listPartNamed(name: string): ListPart | null {
  if (name === "a") return { list: "args", chunk: 0 };
  if (name === "idxs" || name === "gpfns") return { list: name, chunk: 0 };
  const part = /^([fw])(\d{0,2})$/.exec(name);
  if (part === null || Number(part[2]) >= FTRACE_CHUNKS_MAX) return null;
  return { list: part[1] === "f" ? "list" : "words", chunk: Number(part[2]) };
}

/**
 * The `key=value` text of a probe event: scalars in decimal or hex and arrays `{0x..,0x..}` of 64-bit words. One
 * object serves all lines; what it holds is good until the next one.
 */
export class FtraceFields {
  readonly args = new WordList(CHUNK_WORDS);
  readonly list = new WordList(LIST_WORDS);
  readonly words = new WordList(LIST_WORDS);
  readonly idxs = new WordList(CHUNK_WORDS);
  readonly gpfns = new WordList(CHUNK_WORDS);
  /** Errors of a batch's elements, which no probe of tracefs reads. */
  readonly errs = new WordList(0);
  /** What is wrong with the line, after `parse` gave false. */
  error = "";

  private bytes: Uint8Array = new Uint8Array(0);
  /** Takes arrays that no one asks for. */
  private readonly unused = new WordList(CHUNK_WORDS);
  private low = 0;
  private high = 0;
  private present = 0;
  private readonly lows = new Int32Array(SCALARS);
  private readonly highs = new Int32Array(SCALARS);

  has(scalar: number): boolean {
    return (this.present & (1 << scalar)) !== 0;
  }

  /** `scalars`: a bit for each. */
  hasAll(scalars: number): boolean {
    return (this.present & scalars) === scalars;
  }

  lowOf(scalar: number): number {
    return this.lows[scalar];
  }

  highOf(scalar: number): number {
    return this.highs[scalar];
  }

  unsigned(scalar: number): number {
    return (this.highs[scalar] >>> 0) * TWO_POW_32 + (this.lows[scalar] >>> 0);
  }

  signed(scalar: number): number {
    return this.highs[scalar] * TWO_POW_32 + (this.lows[scalar] >>> 0);
  }

  /** Forgets the last event. */
  clear(): void {
    this.present = 0;
    this.args.clear();
    this.list.clear();
    this.words.clear();
    this.idxs.clear();
    this.gpfns.clear();
    this.errs.clear();
    this.error = "";
  }

  /** Sets a scalar of an event that is no text. */
  set(scalar: number, low: number, high: number): void {
    this.present |= 1 << scalar;
    this.lows[scalar] = low;
    this.highs[scalar] = high;
  }

  /** The list that an array of this name is a part of, and which part; null where no one asks for it. */
  listNamed(name: string): { readonly list: WordList; readonly chunk: number } | null {
    const part = listPartNamed(name);
    return part === null ? null : { list: this[part.list], chunk: part.chunk };
  }

  /** Whether both hold the same of an event. */
  equals(other: FtraceFields): boolean {
    if (this.present !== other.present) return false;
    for (let scalar = 0; scalar < SCALARS; scalar++) {
      const isSame = this.lows[scalar] === other.lows[scalar] && this.highs[scalar] === other.highs[scalar];
      if (this.has(scalar) && !isSame) return false;
    }
    return LISTS.every((name) => this[name].equals(other[name]));
  }

  /** Reads from `from` up to the newline. False: not such text (see `error`). */
  parse(bytes: Uint8Array, from: number): boolean {
    this.bytes = bytes;
    this.clear();
    let at = bytes[from] === OPEN_ROUND ? this.skipPlace(from) : from;
    for (let c = bytes[at]; c !== NEWLINE; c = bytes[at]) {
      if (c === SPACE || c === CARRIAGE_RETURN) at++;
      else {
        at = this.parseField(at);
        if (at < 0) return false;
      }
    }
    return true;
  }

  /** `(SYMBOL+OFFSET/SIZE [MODULE])` or `(CALLER <- SYMBOL)`. */
  private skipPlace(from: number): number {
    const bytes = this.bytes;
    let at = from;
    while (bytes[at] !== CLOSE_ROUND && bytes[at] !== NEWLINE) at++;
    return bytes[at] === NEWLINE ? at : at + 1;
  }

  /** One `key=value`. Gives where it ends, -1 for an error. */
  private parseField(from: number): number {
    const bytes = this.bytes;
    let key = 0;
    let at = from;
    for (let c = bytes[at]; c !== EQUALS; c = bytes[++at]) {
      if (c === SPACE || c === NEWLINE) return this.fail("a word that is no key=value");
      key = (key << 8) | c;
    }
    const valueAt = at + 1;
    if (bytes[valueAt] === OPEN_CURLY) return this.parseArray(valueAt, key, at - from);
    const end = this.parseValue(valueAt);
    if (end < 0 && this.error === "" && this.isBytes(valueAt))
      return this.parseArray(valueAt, key, at - from);
    if (end < 0) return this.error === "" ? this.skipWord(valueAt) : -1;
    const scalar = scalarOf(key);
    if (scalar < 0) return end;
    this.present |= 1 << scalar;
    this.lows[scalar] = this.low;
    this.highs[scalar] = this.high;
    return end;
  }

  /** "(fault)" where the probe could not read; texts of other probes. */
  private skipWord(from: number): number {
    let at = from;
    while (this.bytes[at] !== SPACE && this.bytes[at] !== NEWLINE) at++;
    return at;
  }

  private parseArray(at: number, key: number, keyLength: number): number {
    if (key === KEY_W) return this.readArray(at, this.words, 0);
    if (key === KEY_A) return this.readArray(at, this.args, 0);
    if (key === KEY_IDXS) return this.readArray(at, this.idxs, 0);
    if (key === KEY_GPFNS) return this.readArray(at, this.gpfns, 0);
    if (key === KEY_F) return this.readArray(at, this.list, 0);
    const letter = keyLength === 2 ? key >> 8 : keyLength === 3 ? key >> 16 : 0;
    if (letter === LOWER_F || letter === LOWER_W) {
      const tens = keyLength === 3 ? ((key >> 8) & 0xff) - ZERO : 0;
      const chunk = tens * 10 + (key & 0xff) - ZERO;
      if (chunk >= 0 && chunk < FTRACE_CHUNKS_MAX) {
        return this.readArray(at, letter === LOWER_F ? this.list : this.words, chunk);
      }
    }
    return this.readArray(at, this.unused, 0);
  }

  /** `{v,v,...}` into part `chunk` of a list. Gives where it ends, -1 for an error. */
  private readArray(from: number, into: WordList, chunk: number): number {
    const bytes = this.bytes;
    if (bytes[from] === UPPER_A) return this.readByteArray(from, into, chunk);
    const target = into.words;
    const first = 2 * chunk * CHUNK_WORDS;
    const most = first + 2 * CHUNK_WORDS;
    let to = first;
    let at = from + 1;
    while (bytes[at] !== CLOSE_CURLY) {
      if (to === most) return this.fail(`an array of more than ${CHUNK_WORDS} words`);
      // Frames and the like, `0x` and up to eight digits; else any number.
      let next = bytes[at] === ZERO && bytes[at + 1] === LOWER_X ? at + 2 : at;
      const end = next === at ? at : next + HALF_DIGITS;
      let low = 0;
      let digit = hexValues[bytes[next]];
      while (digit >= 0 && next < end) {
        low = (low << 4) | digit;
        digit = hexValues[bytes[++next]];
      }
      if (next - at > 2 && digit < 0) {
        at = next;
        target[to] = low;
        target[to + 1] = 0;
      } else {
        at = this.parseValue(at);
        if (at < 0) return this.fail(this.error === "" ? "an array that does not end" : this.error);
        target[to] = this.low;
        target[to + 1] = this.high;
      }
      to += 2;
      if (bytes[at] === COMMA) at++;
    }
    into.length = Math.max(into.length, to >> 1);
    into.chunks |= 1 << chunk;
    return at + 1;
  }

  private isBytes(at: number): boolean {
    for (let i = 0; i < BYTE_ARRAY.length; i++) if (this.bytes[at + i] !== BYTE_ARRAY[i]) return false;
    return true;
  }

  /** `ARRAY[50, c1, fe, 09, ...]`, the bytes of little-endian words, as tools print what they cannot format. */
  private readByteArray(from: number, into: WordList, chunk: number): number {
    const bytes = this.bytes;
    const first = 2 * chunk * CHUNK_WORDS;
    const most = WORD_BYTES * CHUNK_WORDS;
    const target = into.words;
    let at = from + BYTE_ARRAY.length;
    let count = 0;
    for (; bytes[at] !== CLOSE_SQUARE; count++) {
      const high = hexValues[bytes[at]];
      const low = hexValues[bytes[at + 1]];
      if (high < 0 || low < 0) return this.fail("an array that does not end");
      if (count === most) return this.fail(`an array of more than ${CHUNK_WORDS} words`);
      const word = first + (count >> 2);
      if ((count & 3) === 0) target[word] = 0;
      target[word] |= ((high << 4) | low) << (8 * (count & 3));
      at += 2;
      if (bytes[at] === COMMA) at += 2;
    }
    if ((count & 7) !== 0) return this.fail("an array of bytes that are no whole words");
    into.length = Math.max(into.length, (first >> 1) + (count >> 3));
    into.chunks |= 1 << chunk;
    return at + 1;
  }

  /**
   * A number in hex or decimal into `low` and `high`. Gives where it ends, -1 where there is none or (with `error`) none
   * of 64 bits.
   */
  private parseValue(from: number): number {
    const bytes = this.bytes;
    if (bytes[from] !== ZERO || bytes[from + 1] !== LOWER_X) return this.parseDecimal(from);
    let at = from + 2;
    let digit = hexValues[bytes[at]];
    if (digit < 0) return -1;
    const half = at + HALF_DIGITS;
    let low = 0;
    while (digit >= 0 && at < half) {
      low = (low << 4) | digit;
      digit = hexValues[bytes[++at]];
    }
    let high = 0;
    while (digit >= 0) {
      if (at - from === 2 + WORD_DIGITS) return this.fail(TOO_LARGE);
      high = (high << 4) | (low >>> 28);
      low = (low << 4) | digit;
      digit = hexValues[bytes[++at]];
    }
    this.low = low;
    this.high = high;
    return at;
  }

  private parseDecimal(from: number): number {
    const bytes = this.bytes;
    const negative = bytes[from] === MINUS;
    const digitsAt = negative ? from + 1 : from;
    let at = digitsAt;
    let value = 0;
    for (let c = bytes[at]; c >= ZERO && c <= NINE; c = bytes[++at]) value = value * 10 + c - ZERO;
    if (at === digitsAt) return -1;
    if (at - digitsAt > EXACT_DIGITS) return this.parseLongDecimal(digitsAt, at, negative);
    if (negative) value = -value;
    this.low = value | 0;
    this.high = value >= 0 && value < TWO_POW_32 ? 0 : Math.floor(value / TWO_POW_32) | 0;
    return at;
  }

  private parseLongDecimal(start: number, end: number, negative: boolean): number {
    // 2^64 has 20 digits.
    if (end - start > 20) return this.fail(TOO_LARGE);
    let value = 0n;
    for (let at = start; at < end; at++) value = value * 10n + BigInt(this.bytes[at] - ZERO);
    if (value > MASK_64) return this.fail(TOO_LARGE);
    if (negative) value = -value;
    this.low = Number(BigInt.asIntN(32, value));
    this.high = Number(BigInt.asIntN(32, value >> 32n));
    return end;
  }

  private fail(error: string): number {
    this.error = error;
    return -1;
  }
}
