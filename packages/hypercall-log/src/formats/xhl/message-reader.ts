import protobuf from "protobufjs/minimal.js";
import { TEXT_BYTES_MAX, XHL_BLOCK_STRINGS_MAX } from "../../limits.ts";

/** Bytes that are no message of an .xhl's: what is wrong with them. */
export class MessageError extends Error {}

/** Wire type of a field with a length before its content. */
const WITH_LENGTH = 2;
/** Bytes of a field's tag and length at most: 32 bits each, seven a byte. */
const HEAD_BYTES_MAX = 2 * 5;

/** What stands before a field's content. */
interface FieldHead {
  readonly number: number;
  /** Bytes of the content. */
  readonly length: number;
  /** Bytes of the tag and the length. */
  readonly size: number;
}

/** The head of a field with a length at the beginning of `bytes`; null: it is not all there. Throws MessageError. */
export function fieldHead(bytes: Uint8Array): FieldHead | null {
  const reader = protobuf.Reader.create(bytes.subarray(0, HEAD_BYTES_MAX));
  try {
    const tag = reader.tag();
    if (tag % 8 !== WITH_LENGTH) throw new MessageError(`field ${tag >>> 3} has no length`);
    return { number: tag >>> 3, length: reader.size(), size: reader.pos };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw messageError(error);
  }
}

/**
 * protobuf's reader, for messages that anybody may have made: it keeps no fields of other numbers, and of texts no more and no
 * longer ones than any that is written.
 */
class BoundedReader extends protobuf.Reader {
  private texts = 0;
  private readonly textBytesMax: number;

  constructor(bytes: Uint8Array, textBytesMax: number) {
    super(bytes);
    this.discardUnknown = true;
    this.textBytesMax = textBytesMax;
  }

  override stringVerify(): string {
    const from = this.pos;
    const size = this.size();
    this.pos = from;
    if (++this.texts > XHL_BLOCK_STRINGS_MAX || size > this.textBytesMax)
      throw new MessageError("more names, or longer ones, than any that is written");
    return super.stringVerify();
  }
}

/** A message's class, as protobufjs-cli makes it. */
interface MessageClass<T> {
  decode(reader: protobuf.Reader): T;
}

/** Decodes the bytes of one message; members of type bytes are views of them. Throws MessageError. */
export function decoded<T>(message: MessageClass<T>, bytes: Uint8Array, textBytesMax = TEXT_BYTES_MAX): T {
  try {
    return message.decode(new BoundedReader(bytes, textBytesMax));
  } catch (error) {
    throw messageError(error);
  }
}

/** What the library says of bytes that are no message, as an error of ours. */
function messageError(error: unknown): unknown {
  if (error instanceof MessageError) return error;
  if (error instanceof RangeError) return new MessageError("the bytes end inside a field");
  return error instanceof Error ? new MessageError(error.message) : error;
}
