/** Bytes that a packed number takes at most: 54 bits, 7 a byte. */
const NUMBER_BYTES_MAX = 8;
const TWO_POW_28 = 2 ** 28;

/**
 * A growing column of whole numbers, packed as they come: of numbers from -1 to 2^52 - 1, or of 32-bit ones of either
 * sign. Each is the number itself, or how far it is from the one before: its sign in the lowest bit, 7 bits a byte from
 * the lowest on, the top bit of a byte set where another follows.
 */
export class PackedColumn {
  /** Numbers in the column. */
  length = 0;
  private bytes = new Uint8Array(256);
  private used = 0;
  private last = 0;
  private readonly isDelta: boolean;

  constructor(isDelta: boolean) {
    this.isDelta = isDelta;
  }

  /** Appends a number. */
  push(value: number): void {
    if (this.used + NUMBER_BYTES_MAX > this.bytes.length) this.grow();
    const difference = this.isDelta ? value - this.last : value;
    this.last = value;
    let rest = difference < 0 ? -2 * difference - 1 : 2 * difference;
    while (rest >= TWO_POW_28) {
      this.bytes[this.used++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      this.bytes[this.used++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.bytes[this.used++] = rest;
    this.length++;
  }

  /** What is packed so far; valid until the next push. */
  packed(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.used);
  }

  private grow(): void {
    const bytes = new Uint8Array(this.bytes.length * 2);
    bytes.set(this.bytes);
    this.bytes = bytes;
  }
}

/** Numbers of one column, unpacked. */
export type Numbers = Float64Array | Int32Array | Uint8Array;

/** Unpacks a column from `bytes`, which hold just that, into `to`. Bytes that end early leave zeros. */
export function unpackColumn(bytes: Uint8Array, isDelta: boolean, to: Numbers): void {
  let at = 0;
  let last = 0;
  for (let i = 0; i < to.length && at < bytes.length; i++) {
    let byte = bytes[at++];
    let signed = 0;
    if (byte < 128) signed = (byte & 1) === 0 ? byte >> 1 : -(byte >> 1) - 1;
    else {
      let value = byte & 127;
      let scale = 128;
      while (byte > 127 && at < bytes.length) {
        byte = bytes[at++];
        value += (byte & 127) * scale;
        scale *= 128;
      }
      const half = Math.floor(value / 2);
      signed = value - half * 2 === 0 ? half : -half - 1;
    }
    last = isDelta ? last + signed : signed;
    to[i] = last;
  }
}
