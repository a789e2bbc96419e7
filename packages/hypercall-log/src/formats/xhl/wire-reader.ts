/** Bytes that are no message in protobuf's encoding: what is wrong with them. */
export class WireError extends Error {}

/** Wire types of protobuf's encoding; groups, which are deprecated, are in no .xhl. */
export const WireType = { varint: 0, fixed64: 1, withLength: 2, fixed32: 5 } as const;

/** Bytes of the longest varint: 64 bits, seven a byte. */
const VARINT_BYTES_MAX = 10;
const EMPTY = new Uint8Array(0);
/** Bytes of a field's tag and length at most. */
const HEAD_BYTES_MAX = 2 * VARINT_BYTES_MAX;

/** What stands before a field's content. */
interface FieldHead {
  readonly number: number;
  /** Bytes of the content; only fields with a length have one. */
  readonly length: number;
  /** Bytes of the tag and the length. */
  readonly size: number;
}

/** The head of a field with a length at the beginning of `bytes`; null: it is not all there. Throws WireError. */
export function fieldHead(bytes: Uint8Array): FieldHead | null {
  const reader = new WireReader(bytes.subarray(0, HEAD_BYTES_MAX));
  const tag = reader.varint();
  if (Number.isNaN(tag)) return null;
  if (tag % 8 !== WireType.withLength) throw new WireError(`field ${Math.floor(tag / 8)} has no length`);
  const length = reader.varint();
  return Number.isNaN(length) ? null : { number: Math.floor(tag / 8), length, size: reader.at };
}

/** Goes through the fields of one message, whose bytes are all there. */
export class WireReader {
  /** Number and wire type of the field that `next` has found. */
  number = 0;
  type = 0;
  /** Its value, where it is a varint or 32 bits; above 2^53 the nearest one. */
  value = 0;
  /** Its content, where it has a length. */
  content: Uint8Array = EMPTY;
  /** Index of what comes next. */
  at = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Reads the next field; false: there is none. Throws WireError. */
  next(): boolean {
    if (this.at >= this.bytes.length) return false;
    const tag = this.whole();
    this.number = Math.floor(tag / 8);
    this.type = tag % 8;
    this.content = EMPTY;
    if (this.type === WireType.varint) this.value = this.whole();
    else if (this.type === WireType.withLength) this.content = this.take(this.whole());
    else if (this.type === WireType.fixed64) this.take(8);
    else if (this.type === WireType.fixed32) {
      const four = this.take(4);
      this.value = (four[0] | (four[1] << 8) | (four[2] << 16) | (four[3] << 24)) >>> 0;
    } else throw new WireError(`field ${this.number} is of wire type ${this.type}`);
    return true;
  }

  /** The varint that comes next; NaN: the bytes end inside of it. Throws WireError where it is none. */
  varint(): number {
    let value = 0;
    for (let i = 0; i < VARINT_BYTES_MAX; i++) {
      if (this.at >= this.bytes.length) return Number.NaN;
      const byte = this.bytes[this.at++];
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    throw new WireError(`a number of more than ${VARINT_BYTES_MAX} bytes`);
  }

  private whole(): number {
    const value = this.varint();
    if (Number.isNaN(value)) throw new WireError("the bytes end inside a number");
    return value;
  }

  private take(size: number): Uint8Array {
    if (size > this.bytes.length - this.at) throw new WireError("the bytes end inside a field");
    const content = this.bytes.subarray(this.at, this.at + size);
    this.at += size;
    return content;
  }
}
