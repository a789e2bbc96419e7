import { NAMES_REMEMBERED, TEXT_MAX } from "../limits.ts";
import type { StringTable } from "./string-table.ts";

const QUOTE = 34;
const EMPTY = new Uint8Array(0);

/** Interns names given as UTF-8 bytes; a name met before costs no decoding and no string. */
export class NameCache {
  private readonly strings: StringTable;
  /** A byte order mark belongs to the name: no text begins here. */
  private readonly decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  private readonly names: Uint8Array[] = new Array<Uint8Array>(NAMES_REMEMBERED).fill(EMPTY);
  private readonly indices = new Int32Array(NAMES_REMEMBERED).fill(-1);
  private lastName: Uint8Array = EMPTY;
  /** Index of the name interned last; -1: none yet. */
  last = -1;
  /** Index behind the closing quote of the name that isLast found. */
  end = 0;

  constructor(strings: StringTable) {
    this.strings = strings;
  }

  /** True where the name interned last stands again at `start`, with a quote behind it; `end` is then behind that. */
  isLast(bytes: Uint8Array, start: number): boolean {
    const name = this.lastName;
    const size = name.length;
    if (this.last < 0 || bytes[start + size] !== QUOTE) return false;
    for (let i = 0; i < size; i++) {
      if (name[i] !== bytes[start + i]) return false;
    }
    this.end = start + size + 1;
    return true;
  }

  /** Index of the string in `bytes[start, end)`. */
  intern(bytes: Uint8Array, start: number, end: number): number {
    const size = end - start;
    let hash = size;
    for (let i = start; i < end; i++) hash = (hash * 31 + bytes[i]) | 0;
    const slot = (hash ^ (hash >>> 8)) & (NAMES_REMEMBERED - 1);
    const name = this.names[slot];
    if (this.indices[slot] >= 0 && name.length === size) {
      let i = 0;
      while (i < size && name[i] === bytes[start + i]) i++;
      if (i === size) return this.remember(name, this.indices[slot]);
    }
    const index = internText(this.strings, this.decoder.decode(bytes.subarray(start, end)));
    if (size > TEXT_MAX) return index;
    this.names[slot] = bytes.slice(start, end);
    this.indices[slot] = index;
    return this.remember(this.names[slot], index);
  }

  private remember(name: Uint8Array, index: number): number {
    this.lastName = name;
    this.last = index;
    return index;
  }
}

/** Halves of characters, which no encoding of text holds. */
const HALVES = /\p{Cs}/gu;

/** Interns a text, cut to TEXT_MAX characters, and with halves of characters replaced: every form of a log can hold it. */
export function internText(strings: StringTable, text: string): number {
  const short = text.length > TEXT_MAX ? text.slice(0, TEXT_MAX) : text;
  return strings.intern(short.replace(HALVES, "\ufffd"));
}
