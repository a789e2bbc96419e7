import protobuf from "protobufjs/minimal.js";

/** A block of which only the beginning is held: what it takes to pass over its data. Offsets from its field's beginning. */
export interface BlockOutline {
  /** Its members before the data. */
  readonly before: Uint8Array;
  /** Where the last byte of the data lies: who reads from there on knows that the file has the data. */
  readonly dataLast: number;
  /** Where the field ends. */
  readonly end: number;
}

/** Number of the member `data` of Block. */
const DATA = 8;
/** Wire types of members of a fixed or stated size, which all that are written have. */
const WIRE_TYPES: readonly number[] = [0, 1, 2, 5];
const WITH_LENGTH = 2;
/** Bytes behind the data at most: the sum of the head takes 5. */
const BEHIND_MAX = 64;

/**
 * The outline of a block by the first bytes of its field, of which the tag and the length are `headSize` bytes and all is `end`;
 * null: they do not reach as far as its data, or it is laid out in another way than any that is written.
 */
export function blockOutline(bytes: Uint8Array, headSize: number, end: number): BlockOutline | null {
  const reader = protobuf.Reader.create(bytes.subarray(headSize));
  try {
    for (;;) {
      const at = reader.pos;
      const tag = reader.tag();
      if (!WIRE_TYPES.includes(tag % 8)) return null;
      if (tag >>> 3 !== DATA) {
        reader.skipType(tag % 8);
        continue;
      }
      if (tag % 8 !== WITH_LENGTH) return null;
      const size = reader.size();
      const dataEnd = headSize + reader.pos + size;
      if (size === 0 || dataEnd > end || end - dataEnd > BEHIND_MAX) return null;
      return { before: bytes.slice(headSize, headSize + at), dataLast: dataEnd - 1, end };
    }
  } catch {
    // The library's errors of a message that ends too early or is none.
    return null;
  }
}
