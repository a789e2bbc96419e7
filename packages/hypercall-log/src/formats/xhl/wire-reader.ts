import protobuf from "protobufjs/minimal.js";

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
  const reader = protobuf.Reader.create(bytes.subarray(0, HEAD_BYTES_MAX));
  try {
    const tag = reader.uint32();
    if (tag % 8 !== WireType.withLength) throw new WireError(`field ${tag >>> 3} has no length`);
    return { number: tag >>> 3, length: Number(reader.uint64()), size: reader.pos };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw wireError(error);
  }
}

/** Goes through the fields of one message, whose bytes are all there, with protobuf's own reader. */
export class WireReader {
  /** Number and wire type of the field that `next` has found. */
  number = 0;
  type = 0;
  /** Its value, where it is a varint or 32 bits; above 2^53 the nearest one. */
  value = 0;
  /** Its content, where it has a length. */
  content: Uint8Array = EMPTY;
  private readonly reader: protobuf.Reader;

  constructor(bytes: Uint8Array) {
    this.reader = protobuf.Reader.create(bytes);
  }

  /** Reads the next field; false: there is none. Throws WireError. */
  next(): boolean {
    const { reader } = this;
    if (reader.pos >= reader.len) return false;
    try {
      const tag = reader.uint32();
      this.number = tag >>> 3;
      this.type = tag % 8;
      this.content = EMPTY;
      if (this.type === WireType.varint) this.value = Number(reader.uint64());
      else if (this.type === WireType.withLength) this.content = this.take(Number(reader.uint64()));
      else if (this.type === WireType.fixed64) reader.skip(8);
      else if (this.type === WireType.fixed32) this.value = reader.fixed32();
      else throw new WireError(`field ${this.number} is of wire type ${this.type}`);
      return true;
    } catch (error) {
      throw wireError(error);
    }
  }

  /** The content as it lies: the library's `bytes` takes the length in 32 bits, and copies. */
  private take(size: number): Uint8Array {
    const { reader } = this;
    if (size > reader.len - reader.pos) throw new WireError("the bytes end inside a field");
    const content = (reader.buf as Uint8Array).subarray(reader.pos, reader.pos + size);
    if (size > 0) reader.skip(size);
    return content;
  }
}

/** What the library says of bytes that are no message, as an error of ours. */
function wireError(error: unknown): unknown {
  if (error instanceof WireError) return error;
  if (error instanceof RangeError) return new WireError("the bytes end inside a number");
  return error instanceof Error ? new WireError(error.message) : error;
}
