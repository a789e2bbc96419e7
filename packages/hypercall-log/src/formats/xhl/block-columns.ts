import protobuf from "protobufjs/minimal.js";
import type { EventBatch } from "../../events/event-batch.ts";
import { firstWrongRow, wrongRow } from "../../events/payload-check.ts";
import { XHL_BLOCK_BYTES_MAX } from "../../limits.ts";
import { RunFinder, type ShortWords, wholeLength, writeWhole } from "./element-runs.ts";
import { xgt } from "./generated/hypercall-log.js";
import { decoded, MessageError } from "./message-reader.ts";
import { xhlColumns } from "./xhl-schema.ts";

/** Each column begins at a multiple of these in its message. */
const ALIGNMENT = 8;
const zeros = new Uint8Array(ALIGNMENT);

/** Makes the message Columns of batches. */
export class ColumnsWriter {
  private readonly runFinder = new RunFinder();

  /** The rows of a batch; its columns of names index `strings`. */
  write(batch: EventBatch, strings: string[]): Uint8Array {
    const writer = protobuf.Writer.create();
    const put = (name: (typeof xhlColumns)[number] | "length" | keyof ShortWords, bytes: Uint8Array) => {
      const column = { [name]: bytes };
      const head = xgt.Columns.encode(column).len - bytes.length;
      xgt.Columns.encode({ padding: paddingFor(writer.len + head) }, writer);
      xgt.Columns.encode(column, writer);
    };
    for (const name of xhlColumns) put(name, bytesOf(batch[name].subarray(0, batch.length)));
    put("length", bytesOf(lengthsOf(batch)));
    const { words, runs } = this.runFinder.shorten(batch);
    put("words", bytesOf(words));
    put("runs", bytesOf(runs));
    return xgt.Columns.encode({ strings }, writer).finish();
  }
}

/** How many words the payload of each row has: of one kind of event mostly the same, which packs better than their places. */
function lengthsOf(batch: EventBatch): Int32Array {
  return new Int32Array(batch.length).map((_, row) => batch.payloadEnd(row) - batch.payload[row]);
}

/** What stands before a column that would begin at `at`, so that it is aligned. */
function paddingFor(at: number): Uint8Array {
  for (let size = 0; size <= ALIGNMENT; size++) {
    const padding = zeros.subarray(0, size);
    if ((at + xgt.Columns.encode({ padding }).len) % ALIGNMENT === 0) return padding;
  }
  return zeros;
}

/** Appends the rows of a message Columns to a batch, as they are; returns its strings. Throws MessageError, and then appends none. */
export function appendColumns(message: Uint8Array, rows: number, batch: EventBatch): readonly string[] {
  const columns = decoded(xgt.Columns, message);
  const short = { words: int32Of(columns.words, "words"), runs: int32Of(columns.runs, "runs") };
  const lengths = int32Of(columns.length, "length");
  if (lengths.length !== rows) throw new MessageError("its column length has a wrong length");
  for (const name of xhlColumns) {
    if (columns[name].length !== rows * batch[name].BYTES_PER_ELEMENT)
      throw new MessageError(`its column ${name} has a wrong length`);
  }
  const length = wholeLength(short);
  if (length > XHL_BLOCK_BYTES_MAX / short.words.BYTES_PER_ELEMENT)
    throw new MessageError("its size is impossible");
  const [from, wordsFrom] = [batch.length, batch.wordsUsed];
  batch.extend(rows);
  batch.reserve(length);
  try {
    writeWhole(short, batch.words, wordsFrom);
    for (const name of xhlColumns) fill(batch[name], from, columns[name]);
    placePayloads(batch, from, lengths, wordsFrom);
    const row = firstWrongRow(batch, from, columns.strings.length);
    if (row >= 0)
      throw new MessageError(`row ${row - from} has ${wrongRow(batch, row, columns.strings.length)}`);
  } catch (error) {
    batch.truncate(from, wordsFrom);
    throw error;
  }
  return columns.strings;
}

/** Gives the rows from `from` on their payloads, one after the other from word `at` on: all the words that the batch has. */
function placePayloads(
  { payload, wordsUsed }: EventBatch,
  from: number,
  lengths: Int32Array,
  at: number,
): void {
  let next = at;
  for (let i = 0; i < lengths.length; i++) {
    payload[from + i] = next;
    next += lengths[i];
    if (lengths[i] < 0 || next > wordsUsed) throw new MessageError("a payload outside of its words");
  }
  if (next !== wordsUsed) throw new MessageError("words that are no row's");
}

/** A column's bytes, which are little-endian on every machine that runs Node. */
function bytesOf(values: Uint8Array | Int32Array | Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** A column of whole numbers as a view of its bytes, or of a copy where they are not aligned. */
function int32Of(bytes: Uint8Array, name: string): Int32Array {
  const size = Int32Array.BYTES_PER_ELEMENT;
  if (bytes.length % size !== 0) throw new MessageError(`its column ${name} has a wrong length`);
  const { buffer, byteOffset } = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  return new Int32Array(buffer, byteOffset, bytes.length / size);
}

/** Copies a column's bytes into typed values, which have room for them. */
function fill(to: Uint8Array | Int32Array | Float64Array, at: number, bytes: Uint8Array): void {
  new Uint8Array(to.buffer, to.byteOffset + at * to.BYTES_PER_ELEMENT, bytes.length).set(bytes);
}
