import protobuf from "protobufjs/minimal.js";
import { WireType } from "./wire-reader.ts";

/** Builds one message with protobuf's own writer, field after field. */
export class WireWriter {
  private readonly writer = protobuf.Writer.create();

  /** A field of a whole number that a double holds exactly; one below 0 in 64 bits. */
  varint(field: number, value: number): this {
    this.tag(field, WireType.varint).int64(value);
    return this;
  }

  /** A field of 32 bits. */
  fixed32(field: number, value: number): this {
    this.tag(field, WireType.fixed32).fixed32(value);
    return this;
  }

  /** A field of 64 bits, of a whole number from 0 to 2^53. */
  fixed64(field: number, value: number): this {
    this.tag(field, WireType.fixed64).fixed64(value);
    return this;
  }

  /** A field of a 64-bit floating-point number. */
  double(field: number, value: number): this {
    this.tag(field, WireType.fixed64).double(value);
    return this;
  }

  /** A field of bytes, of a text, or of another message. */
  bytes(field: number, content: Uint8Array | string | WireWriter): this {
    const writer = this.tag(field, WireType.withLength);
    if (typeof content === "string") writer.string(content);
    else writer.bytes(content instanceof WireWriter ? content.finish() : content);
    return this;
  }

  /** The message. */
  finish(): Uint8Array {
    return this.writer.finish();
  }

  private tag(field: number, type: number): protobuf.Writer {
    return this.writer.uint32((field << 3) | type);
  }
}
