import { WireType } from "./wire-reader.ts";

/** Builds one message in protobuf's encoding, field after field. */
export class WireWriter {
  private readonly parts: Uint8Array[] = [];

  /** A field of a whole number that a double holds exactly; one below 0 in 64 bits. */
  varint(field: number, value: number): this {
    return this.add(field, WireType.varint, varintBytes(value));
  }

  /** A field of 32 bits. */
  fixed32(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, true);
    return this.add(field, WireType.fixed32, bytes);
  }

  /** A field of 64 bits, of a whole number from 0 to 2^53. */
  fixed64(field: number, value: number): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
    return this.add(field, WireType.fixed64, bytes);
  }

  /** A field of a 64-bit floating-point number. */
  double(field: number, value: number): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    return this.add(field, WireType.fixed64, bytes);
  }

  /** A field of bytes, of a text, or of another message. */
  bytes(field: number, content: Uint8Array | string | WireWriter): this {
    const bytes =
      typeof content === "string"
        ? Buffer.from(content, "utf8")
        : content instanceof WireWriter
          ? content.finish()
          : content;
    this.add(field, WireType.withLength, varintBytes(bytes.length));
    this.parts.push(bytes);
    return this;
  }

  /** The message. */
  finish(): Uint8Array {
    return Buffer.concat(this.parts);
  }

  private add(field: number, type: number, content: Uint8Array): this {
    this.parts.push(varintBytes(field * 8 + type), content);
    return this;
  }
}

/** Seven bits a byte, the low ones first. */
function varintBytes(value: number): Uint8Array {
  const bytes: number[] = [];
  if (value < 0) {
    let bits = BigInt.asUintN(64, BigInt(value));
    for (; bits > 0x7fn; bits >>= 7n) bytes.push(Number(bits & 0x7fn) | 0x80);
    bytes.push(Number(bits));
    return Uint8Array.from(bytes);
  }
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
