const QUOTE = 34;
const BACKSLASH = 92;
const SPACE = 32;
const SLOTS = 256;

/** The key is not in the table. */
export const UNKNOWN_KEY = -1;
/** The key has an escape, or its text does not end. */
export const UNUSUAL_KEY = -2;

/**
 * A closed set of JSON texts, found by their bytes. Recorders write members in one order, so the key that followed
 * last time is tried first: mostly a key costs one comparison.
 */
export class KeyTable {
  /** Index after the closing quote of the key that `find` looked at. */
  end = 0;

  private readonly bytes: Uint8Array;
  private readonly starts: Int32Array;
  private readonly slots = new Int16Array(SLOTS).fill(UNKNOWN_KEY);
  private readonly following: Int16Array;

  /** The code of a key is its position in `names`. */
  constructor(names: readonly string[]) {
    const encoded = names.map((name) => new TextEncoder().encode(`${name}"`));
    this.bytes = new Uint8Array(encoded.reduce((size, name) => size + name.length, 0));
    this.starts = new Int32Array(names.length + 1);
    this.following = new Int16Array(names.length + 1);
    let at = 0;
    encoded.forEach((name, code) => {
      this.bytes.set(name, at);
      at += name.length;
      this.starts[code + 1] = at;
      let slot = hashOf(name, 0, name.length - 1);
      while (this.slots[slot] !== UNKNOWN_KEY) slot = (slot + 1) % SLOTS;
      this.slots[slot] = code;
    });
  }

  /** Code of the key at `at`, just behind its opening quote; `previous`: code of the key before it, -1 at first. */
  find(text: Uint8Array, at: number, previous: number): number {
    const guess = this.following[previous + 1];
    const { bytes } = this;
    const last = this.starts[guess + 1];
    let i = this.starts[guess];
    let p = at;
    while (i < last && text[p] === bytes[i]) {
      i++;
      p++;
    }
    if (i === last && i > 0) {
      this.end = p;
      return guess;
    }
    return this.search(text, at, previous);
  }

  private search(text: Uint8Array, at: number, previous: number): number {
    let end = at;
    while (text[end] !== QUOTE) {
      if (text[end] === BACKSLASH || text[end] < SPACE || end >= text.length) return UNUSUAL_KEY;
      end++;
    }
    this.end = end + 1;
    let slot = hashOf(text, at, end);
    for (;;) {
      const code = this.slots[slot];
      if (code === UNKNOWN_KEY) return UNKNOWN_KEY;
      if (this.isKey(code, text, at, end)) {
        this.following[previous + 1] = code;
        return code;
      }
      slot = (slot + 1) % SLOTS;
    }
  }

  private isKey(code: number, text: Uint8Array, at: number, end: number): boolean {
    const start = this.starts[code];
    if (this.starts[code + 1] - start - 1 !== end - at) return false;
    for (let i = at; i < end; i++) {
      if (text[i] !== this.bytes[start + i - at]) return false;
    }
    return true;
  }
}

function hashOf(text: Uint8Array, at: number, end: number): number {
  let hash = end - at;
  for (let i = at; i < end; i++) hash = (Math.imul(hash, 31) + text[i]) | 0;
  return (hash ^ (hash >>> 8)) & (SLOTS - 1);
}
