import { crc32, gzipSync } from "node:zlib";
import { EventBatch } from "../../packages/hypercall-log/src/events/event-batch.ts";
import { hvclog } from "../../packages/hypercall-log/src/formats/hvclog/hvclog.ts";
import { ndjson } from "../../packages/hypercall-log/src/formats/ndjson/ndjson.ts";
import { headSum } from "../../packages/hypercall-log/src/formats/xhl/block-head.ts";
import { spanOf } from "../../packages/hypercall-log/src/formats/xhl/block-span.ts";
import { LogField, XHL_FORMAT, xhlColumns } from "../../packages/hypercall-log/src/formats/xhl/xhl-schema.ts";
import { XhlWriter } from "../../packages/hypercall-log/src/index.ts";
import { readWhole, type WholeLog } from "../../packages/hypercall-log/tests/read-log.ts";
import { EventSequence, logText } from "./event-sequence.ts";
import { extremeText, extremeValue } from "./extreme-values.ts";
import type { RandomSource } from "./fuzz-input.ts";
import { SEED_BYTES_MAX } from "./limits.ts";
import { fixed32, fixed64, sized, tag, varint, Wire, type WireField, wireField } from "./wire-bytes.ts";

/** Numbers of the messages' fields (packages/hypercall-log/proto/hypercall_log.proto), and of Columns' first column. */
const BlockField = {
  ...{ rows: 1, firstEvent: 2, earliest: 3, latest: 4 },
  ...{ compression: 5, crc: 6, size: 7, data: 8, headCrc: 9 },
} as const;
const FooterField = { blocks: 1, events: 2, offset: 3, latest: 6, bytes: 7 } as const;
const COLUMNS_FROM = 2;
const LENGTH = 16;
const WORDS = 17;
const RUNS = 18;
const STRINGS = 19;
const GZIP = 1;
/** Words of a run of a block at most, a place and a number of elements each. */
const RUN_WORDS_MAX = 64;
/** Rows, and strings without a character, that a file of some kilobytes claims at most. */
const CLAIMED_MAX = 1 << 22;

/** The beginning of a log of the hvclog module as an .xhl. */
export function goodXhl(text: Buffer): Uint8Array {
  const log = readWhole(hvclog, text.subarray(0, text.lastIndexOf("\n", SEED_BYTES_MAX) + 1));
  const writer = new XhlWriter(log.strings);
  return Buffer.concat([writer.header(log.header), writer.add(log.batch), writer.finish()]);
}

/** An .xhl of a sequence of calls in which lengths, types, columns, indices or sums are not what they should be. */
export function hostileXhl(random: RandomSource): Uint8Array {
  const log = readWhole(ndjson, logText(new EventSequence(random).log()));
  const parts = [headerField(log, random)];
  const blocks = random.pick([1, 1, 1, 2, 3, 40]);
  const { events } = spanOf(log.batch);
  for (let n = 0; n < blocks; n++) parts.push(blockField(log, 1 + n * events, random));
  parts.push(footerField(random, blocks));
  if (random.below(8) === 0) parts.splice(random.below(parts.length), 1);
  if (random.below(8) === 0) parts.splice(random.below(parts.length), 0, strayField(random));
  if (random.below(16) === 0) parts.reverse();
  return Buffer.concat(parts);
}

function headerField(log: WholeLog, random: RandomSource): Buffer {
  const writer = new XhlWriter(log.strings);
  if (random.below(4) > 0) return Buffer.from(writer.header(log.header));
  const spec = random.pick([
    "{}",
    "[",
    '{"xgt_log":1,"version":1,"domains":[]}',
    `{"xgt_log":1,"version":1,"domains":[{"domid":${extremeText(random)},"mode":"static","ram":[]}]}`,
    "[".repeat(1 + random.below(5000)),
    `[${"[],".repeat(random.below(2) * 20_000)}0]`,
  ]);
  const fields: WireField[] = [
    [1, random.below(6) === 0 ? "other" : XHL_FORMAT],
    [2, random.below(6) === 0 ? extremeValue(random) : 1],
    [3, spec],
  ];
  return sized(LogField.header, message(fields, random));
}

/** A block of the log's events, with columns or its own members changed. */
function blockField(log: WholeLog, firstEvent: number, random: RandomSource): Buffer {
  const rows = log.batch.length;
  const { earliest, latest } = spanOf(log.batch);
  const columns = columnFields(log, random);
  if (random.below(3) === 0) changeColumn(columns, random);
  if (random.below(100) === 0) {
    const empty = wireField([STRINGS, ""]);
    const count = random.pick([100, 70_000, CLAIMED_MAX]);
    columns.push(
      Buffer.concat(Array.from({ length: 1000 }, () => empty))
        .toString("latin1")
        .repeat(count / 1000),
    );
  }
  const plain = Buffer.from(columns.join(""), "latin1");
  const isPacked = random.below(2) === 0;
  const data = isPacked ? gzipSync(plain, { level: 1 }) : plain;
  if (random.below(12) === 0 && data.length > 0) data[random.below(data.length)] ^= 1 << random.below(8);
  const odd = (usual: number) => (random.below(16) === 0 ? extremeValue(random) : usual);
  const members = [
    wireField([BlockField.rows, random.below(30) === 0 ? random.below(CLAIMED_MAX) : odd(rows)]),
    wireField([BlockField.firstEvent, odd(firstEvent)]),
    fixed64(BlockField.earliest, random.below(40) === 0 ? Number(extremeValue(random)) : earliest),
    fixed64(BlockField.latest, latest),
    wireField([BlockField.compression, odd(isPacked ? GZIP : 0)]),
    fixed32(BlockField.crc, random.below(20) === 0 ? random.below(1 << 30) : crc32(data)),
    wireField([BlockField.size, odd(plain.length)]),
    wireField([BlockField.data, data]),
  ];
  if (random.below(2) === 0) {
    const compression = isPacked ? GZIP : 0;
    const head = { rows, firstEvent, earliest, latest, compression, crc: crc32(data), size: plain.length };
    members.push(fixed32(BlockField.headCrc, headSum(head)));
  }
  if (random.below(20) === 0) members.splice(random.below(members.length), 1);
  if (random.below(20) === 0) members.splice(random.below(members.length), 0, strayField(random));
  const block = Buffer.concat(members);
  return sized(LogField.blocks, block, random.below(40) === 0 ? odd(block.length) : block.length);
}

/** The message Columns of a log, a text of bytes a field. */
function columnFields(log: WholeLog, random: RandomSource): string[] {
  const batch = new EventBatch();
  batch.appendAll(log.batch);
  for (let changes = random.pick([0, 0, 1, 1, 3]); changes > 0; changes--) changeValue(batch, random);
  const fields = xhlColumns.map((name, i): WireField => {
    const { buffer, byteOffset, BYTES_PER_ELEMENT } = batch[name];
    return [COLUMNS_FROM + i, Buffer.from(buffer, byteOffset, batch.length * BYTES_PER_ELEMENT)];
  });
  const lengths = Array.from(batch.kind.subarray(0, batch.length), (_, row) => {
    return random.below(40 * batch.length) === 0
      ? random.below(1 << 20) - 8
      : batch.payloadEnd(row) - batch.payload[row];
  });
  fields.push([LENGTH, Buffer.from(Int32Array.from(lengths).buffer)]);
  const { buffer, byteOffset } = batch.words;
  fields.push([WORDS, Buffer.from(buffer, byteOffset, batch.wordsUsed * 4)]);
  if (random.below(4) === 0) fields.push([RUNS, hostileRuns(batch.wordsUsed, random)]);
  const names = log.strings.intern("the last one");
  for (let index = 0; index <= names; index++) fields.push([STRINGS, log.strings.get(index)]);
  return fields.map((field) => wireField(field).toString("latin1"));
}

/** Runs in order that lie among so many words, or nearly so. */
function hostileRuns(words: number, random: RandomSource): Buffer {
  const runs: number[] = [];
  const size = random.below(RUN_WORDS_MAX);
  for (let at = random.below(8); runs.length < size && at < 2 * words; ) {
    const count = random.below(12) === 0 ? Number(extremeValue(random)) : 1 + random.below(8);
    runs.push(at, count);
    at += 2 * count + random.below(8) - (random.below(10) === 0 ? 3 : 0);
  }
  return Buffer.from(Int32Array.from(runs).buffer);
}

/** One value of one column, or one word of a payload, to something extreme. */
function changeValue(batch: EventBatch, random: RandomSource): void {
  if (batch.length === 0) return;
  const column = random.below(2) === 0 ? batch.words : batch[random.pick(xhlColumns)];
  const used = column === batch.words ? batch.wordsUsed : batch.length;
  const value = Number(extremeValue(random));
  if (used > 0) column[random.below(used)] = random.below(3) === 0 ? random.below(8) : value;
}

/** A column that is longer, shorter, there twice, or not there. */
function changeColumn(fields: string[], random: RandomSource): void {
  const at = random.below(fields.length);
  switch (random.below(4)) {
    case 0:
      fields.splice(at, 1);
      break;
    case 1:
      fields.splice(random.below(fields.length), 0, fields[at]);
      break;
    case 2:
      fields[at] = fields[at].slice(0, random.below(fields[at].length + 1));
      break;
    default:
      fields[at] = wireField([
        1 + random.below(STRINGS + 2),
        Buffer.alloc(random.below(100), random.below(256)),
      ]).toString("latin1");
  }
}

function footerField(random: RandomSource, blocks: number): Buffer {
  const index: WireField[] = [];
  for (let field: number = FooterField.offset; field <= FooterField.latest; field++) {
    const values = random.below(8) === 0 ? random.pick([0, 5000]) : blocks;
    index.push([field, Buffer.alloc(8 * values, random.below(256))]);
  }
  const count = random.below(6) === 0 ? extremeValue(random) : blocks;
  const fields: WireField[] = [
    [FooterField.blocks, count],
    [FooterField.events, extremeValue(random)],
    ...index,
  ];
  const last = fixed32(FooterField.bytes, random.below(1 << 16));
  return sized(LogField.footer, Buffer.concat([message(fields, random), last]));
}

/** Fields in order; at times of another wire type than their message has them. */
function message(fields: readonly WireField[], random: RandomSource): Buffer {
  return Buffer.concat(
    fields.map((field) => {
      if (random.below(20) > 0) return wireField(field);
      const type = random.below(8);
      return Buffer.concat([
        tag(field[0], type),
        random.below(2) === 0 ? varint(random.below(1 << 20), 3) : Buffer.alloc(8),
      ]);
    }),
  );
}

/** A field that no message has: of any type, groups inside groups, of a length that is not there. */
function strayField(random: RandomSource): Buffer {
  switch (random.below(5)) {
    case 0:
      return Buffer.concat(Array.from({ length: 1 + random.below(20_000) }, () => tag(7, Wire.groupStart)));
    case 1:
      return sized(1 + random.below(40), Buffer.alloc(3), extremeValue(random));
    case 2:
      return Buffer.concat([
        tag(1 + random.below(9), random.below(8)),
        varint(extremeValue(random), random.below(12)),
      ]);
    case 3:
      return tag(random.below(1 << 29), Wire.groupEnd);
    default:
      return sized(1 + random.below(40), Buffer.alloc(random.below(64), 0xff));
  }
}
