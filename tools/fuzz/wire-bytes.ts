/** A field of a protobuf message: its number and what it holds. */
export type WireField = readonly [number: number, content: number | bigint | string | Uint8Array];

/** Wire types of protobuf's encoding. */
export const Wire = { varint: 0, fixed64: 1, withLength: 2, groupStart: 3, groupEnd: 4, fixed32: 5 } as const;

/** A number in protobuf's form, seven bits a byte; `padding` bytes longer than it need be. */
export function varint(value: number | bigint, padding = 0): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  for (let i = 0; i < padding; i++) {
    bytes[bytes.length - 1] |= 0x80;
    bytes.push(0);
  }
  return Buffer.from(bytes);
}

/** What stands before a field's content. */
export function tag(number: number, type: number): Buffer {
  return varint((BigInt(number) << 3n) | BigInt(type));
}

/** A field with its length before it. */
export function sized(number: number, content: Uint8Array, length: number | bigint = content.length): Buffer {
  return Buffer.concat([tag(number, Wire.withLength), varint(length), content]);
}

/** A field as the message's schema has it: numbers as varints, all else with its length. */
export function wireField([number, content]: WireField): Buffer {
  if (typeof content === "string") return sized(number, Buffer.from(content));
  if (typeof content === "object") return sized(number, content);
  return Buffer.concat([tag(number, Wire.varint), varint(content)]);
}

/** A field of wire type `fixed32`. */
export function fixed32(number: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return Buffer.concat([tag(number, Wire.fixed32), bytes]);
}

/** A field of wire type `fixed64` that holds a floating-point number. */
export function fixed64(number: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([tag(number, Wire.fixed64), bytes]);
}
