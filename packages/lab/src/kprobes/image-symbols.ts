import { LabError } from "../host/lab-error.ts";
import { IMAGE_SYMBOLS_TRIES_MAX, KERNEL_SYMBOLS_MAX } from "../limits.ts";
import { type KernelSymbols, kernelSymbols, type SymbolLine } from "./kernel-symbols.ts";

/** Tokens of Linux's table of names (scripts/kallsyms.c@L6.12): each byte of a name stands for one. */
const TOKENS = 256;
const DIGIT_TOKEN = 0x30;
/** The tokens of the ten digits, which stand for themselves in every kernel. */
const DIGITS = Buffer.from(
  "0\0" + "1\0" + "2\0" + "3\0" + "4\0" + "5\0" + "6\0" + "7\0" + "8\0" + "9\0",
  "latin1",
);
const TOKEN_BYTES_MAX = 64;
const ALIGNMENT = 8;
const INDEX_BYTES = 2 * TOKENS;
/** Names between two markers, and the fewest that a kernel has. */
const MARKED = 256;
const SYMBOLS_MIN = 256;
/** Bytes of names of a kernel at most: they are looked for that far before the tokens. */
const NAMES_BYTES_MAX = 16 << 20;
/** Names by which a place is tried before all of them are read. */
const FIRST_NAMES = 4;
const PLAIN = /^[A-Za-z?][\x21-\x7e]+$/;

/** Where a table of names lies in an Image. */
interface NameTable {
  /** Offset of the number of names. */
  readonly start: number;
  /** Names with their type's letter before them. */
  readonly names: readonly string[];
}

/**
 * The symbols that an arm64 Image carries itself (CONFIG_KALLSYMS; kernel/kallsyms.c@L6.1, @L6.12): names packed by a table of
 * tokens, and their distances from the first one. Addresses count from the Image's first byte, as where the kernel will run
 * is not known. Throws LabError where it carries none.
 */
export function imageSymbols(image: Buffer, name: string): KernelSymbols {
  for (let at = image.indexOf(DIGITS); at >= 0; at = image.indexOf(DIGITS, at + 1)) {
    const tokens = tokensAround(image, at);
    const table = tokens === null ? null : namesBefore(image, tokens);
    if (tokens === null || table === null) continue;
    const offsets = offsetsOf(image, table, tokens.end);
    if (offsets === null) continue;
    return { ...kernelSymbols(linesOf(table.names, offsets), name), arePlaced: false };
  }
  const advice = "give --symbols: its /proc/kallsyms, read as root";
  throw new LabError(
    `${name}: the Image carries no symbol table that is known here (CONFIG_KALLSYMS); ${advice}`,
  );
}

interface Tokens {
  readonly start: number;
  /** Behind the index of the tokens. */
  readonly end: number;
  readonly texts: readonly string[];
}

/** The table of tokens of which those of the digits begin at `digits`, with the index that follows it; null: it is none. */
function tokensAround(image: Buffer, digits: number): Tokens | null {
  let start = digits;
  for (let token = 0; token < DIGIT_TOKEN; token++) {
    const before = image.lastIndexOf(0, start - 2);
    if (before < 0 || start - before > TOKEN_BYTES_MAX) return null;
    start = before + 1;
  }
  // What lies before the first token need not end with a zero, but the table begins at a whole word.
  return tokensAt(image, aligned(start));
}

function tokensAt(image: Buffer, start: number): Tokens | null {
  const texts: string[] = [];
  const offsets: number[] = [];
  let at = start;
  for (let token = 0; token < TOKENS; token++) {
    const end = image.indexOf(0, at);
    if (end < 0 || end - at > TOKEN_BYTES_MAX) return null;
    texts.push(image.toString("latin1", at, end));
    offsets.push(at - start);
    at = end + 1;
  }
  const index = aligned(at);
  if (index + INDEX_BYTES > image.length) return null;
  if (!offsets.every((offset, token) => image.readUInt16LE(index + 2 * token) === offset)) return null;
  return { start, end: index + INDEX_BYTES, texts };
}

function aligned(at: number): number {
  return Math.ceil(at / ALIGNMENT) * ALIGNMENT;
}

/** The names before the tokens: their number, then of each its length and its tokens; markers behind them prove it. */
function namesBefore(image: Buffer, { start, texts }: Tokens): NameTable | null {
  const least = Math.max(0, start - NAMES_BYTES_MAX);
  let tries = 0;
  for (let at = start - (start % ALIGNMENT) - ALIGNMENT; at >= least; at -= ALIGNMENT) {
    const count = image.readUInt32LE(at);
    if (count < SYMBOLS_MIN || count > KERNEL_SYMBOLS_MAX || image.readUInt32LE(at + 4) !== 0) continue;
    if (namesAt(image, at + ALIGNMENT, FIRST_NAMES, start, texts) === null) continue;
    if (++tries > IMAGE_SYMBOLS_TRIES_MAX) return null;
    const table = namesAt(image, at + ALIGNMENT, count, start, texts);
    if (table !== null && hasMarkers(image, aligned(table.end), table.marks)) {
      return { start: at, names: table.names };
    }
  }
  return null;
}

function namesAt(
  image: Buffer,
  from: number,
  count: number,
  end: number,
  texts: readonly string[],
): { names: string[]; marks: number[]; end: number } | null {
  const names: string[] = [];
  const marks: number[] = [];
  let at = from;
  for (let i = 0; i < count; i++) {
    if (i % MARKED === 0) marks.push(at - from);
    let length = image[at++];
    // Long names have their length in two bytes, since 6.1.
    if ((length & 0x80) !== 0) length = (length & 0x7f) | (image[at++] << 7);
    if (length === 0 || at + length > end) return null;
    let name = "";
    for (let i = 0; i < length; i++) name += texts[image[at + i]];
    at += length;
    if (i < FIRST_NAMES && !PLAIN.test(name)) return null;
    names.push(name);
  }
  return { names, marks, end: at };
}

function hasMarkers(image: Buffer, at: number, marks: readonly number[]): boolean {
  return (
    at + 4 * marks.length <= image.length && marks.every((mark, i) => image.readUInt32LE(at + 4 * i) === mark)
  );
}

/** Each symbol's distance from the base: before the number of names (up to 6.4), or behind the tokens' index. */
function offsetsOf(image: Buffer, { start, names }: NameTable, tokensEnd: number): Uint32Array | null {
  const bytes = aligned(4 * names.length);
  for (const at of [aligned(tokensEnd), start - ALIGNMENT - bytes]) {
    if (at < 0 || at + bytes > image.length) continue;
    const offsets = Uint32Array.from(names, (_, i) => image.readUInt32LE(at + 4 * i));
    // They are sorted, and lie in the kernel, which may be a little larger in memory than in its file.
    const isSorted = offsets.every((offset, i) => i === 0 || offset >= offsets[i - 1]);
    if (isSorted && offsets[0] < image.length && offsets[offsets.length - 1] > 0) return offsets;
  }
  return null;
}

function* linesOf(names: readonly string[], offsets: Uint32Array): Generator<SymbolLine> {
  const base = baseOf(names, offsets);
  for (const [i, text] of names.entries()) {
    yield { address: BigInt(offsets[i] - base), type: text[0], name: text.slice(1) };
  }
}

/** The distance at which the Image begins: that of _text, which the first symbol is where it is listed. */
function baseOf(names: readonly string[], offsets: Uint32Array): number {
  const text = names.findIndex((name) => name.slice(1) === "_text");
  return text < 0 ? 0 : offsets[text];
}
