const QUOTE = 34;
const BACKSLASH = 92;
const SPACE = 32;
const SLOTS = 256;

/** The key is not in the table. */
export const UNKNOWN_KEY = -1;
/** The key has an escape, or its text does not end. */
export const UNUSUAL_KEY = -2;

/**
 * A closed set of JSON keys, found by their bytes. Recorders write members in one order, so the key that followed last
 * time is tried first, four bytes at a time: mostly a key costs a comparison or two.
 */
export class KeyTable {
  /** Index behind the key that was found: after `guess` behind its colon, after `find` behind its closing quote. */
  end = 0;

  private readonly bytes: Uint8Array;
  private readonly starts: Int32Array;
  private readonly slots = new Int16Array(SLOTS).fill(UNKNOWN_KEY);
  private readonly following: Int16Array;
  /**
   * For each key from FOLLOWING on: its code, its size with quotes and colon, the bits of its last word that belong to
   * it, how many words it has, and these words. Before that, by the code of the key before (+1), where the key that
   * followed last time stands.
   */
  private readonly plan: Int32Array;
  private readonly planned: Int32Array;

  /** The code of a key is its position in `names`. */
  constructor(names: readonly string[]) {
    const encoded = names.map((name) => new TextEncoder().encode(`"${name}":`));
    const count = names.length;
    this.starts = new Int32Array(count + 1);
    this.following = new Int16Array(count + 1);
    this.planned = new Int32Array(count);
    const plan: number[] = new Array<number>(count + 1).fill(count + 1);
    encoded.forEach((key, code) => {
      this.starts[code + 1] = this.starts[code] + key.length;
      let slot = hashOf(key, 1, key.length - 2);
      while (this.slots[slot] !== UNKNOWN_KEY) slot = (slot + 1) % SLOTS;
      this.slots[slot] = code;
      this.planned[code] = plan.length;
      plan.push(code, key.length, -1 >>> (8 * (-key.length & 3)), Math.ceil(key.length / 4), ...wordsOf(key));
    });
    this.plan = Int32Array.from(plan.length === 1 ? [1, UNKNOWN_KEY, 0, 0, 0] : plan);
    this.bytes = new Uint8Array(this.starts[count]);
    encoded.forEach((key, code) => {
      this.bytes.set(key, this.starts[code]);
    });
  }

  /**
   * Code of the key that followed `previous` (-1: none) last time, where it stands at `at`, opening quote and colon
   * included; else UNKNOWN_KEY, and `find` must look.
   */
  guess(text: DataView, at: number, previous: number): number {
    const { plan } = this;
    let i = plan[previous + 1];
    const code = plan[i];
    const size = plan[i + 1];
    const mask = plan[i + 2];
    const last = i + 3 + plan[i + 3];
    let p = at;
    if (at + size + 3 > text.byteLength) return UNKNOWN_KEY;
    for (i += 4; i < last; i++) {
      if (text.getInt32(p, true) !== plan[i]) return UNKNOWN_KEY;
      p += 4;
    }
    if ((text.getInt32(p, true) & mask) !== plan[last]) return UNKNOWN_KEY;
    this.end = at + size;
    return code;
  }

  /** Code of the key at `at`, just behind its opening quote; `previous`: code of the key before it, -1 at first. */
  find(text: Uint8Array, at: number, previous: number): number {
    const guess = this.following[previous + 1];
    const { bytes } = this;
    // The colon is not looked for: blanks may come before it.
    const last = this.starts[guess + 1] - 1;
    let i = this.starts[guess] + 1;
    let p = at;
    while (i < last && text[p] === bytes[i]) {
      i++;
      p++;
    }
    if (i === last) {
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
        this.plan[previous + 1] = this.planned[code];
        return code;
      }
      slot = (slot + 1) % SLOTS;
    }
  }

  private isKey(code: number, text: Uint8Array, at: number, end: number): boolean {
    const start = this.starts[code] + 1;
    if (this.starts[code + 1] - start - 2 !== end - at) return false;
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

/** Bytes as 32-bit words, low bytes first, the last word filled up with zeros. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const words = new Int32Array(Math.ceil(bytes.length / 4));
  bytes.forEach((byte, i) => {
    words[i >> 2] |= byte << (8 * (i & 3));
  });
  return words;
}
