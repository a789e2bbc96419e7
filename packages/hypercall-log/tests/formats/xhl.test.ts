import { readdirSync, readFileSync } from "node:fs";
import { crc32, gunzipSync } from "node:zlib";
import fc from "fast-check";
import protobuf from "protobufjs";
import { describe, expect, it } from "vitest";
import { EventKind } from "../../src/events/event-kind.ts";
import { formats } from "../../src/formats/index.ts";
import { ndjson } from "../../src/formats/ndjson/ndjson.ts";
import { NdjsonWriter } from "../../src/formats/ndjson/write-ndjson.ts";
import { xhl } from "../../src/formats/xhl/xhl.ts";
import {
  XhlBlockField,
  XhlColumnsField,
  XhlField,
  XhlFooterField,
  XhlHeaderField,
  XhlIndexField,
  xhlColumns,
} from "../../src/formats/xhl/xhl-schema.ts";
import { XhlWriter } from "../../src/formats/xhl/xhl-writer.ts";
import { TEXT_BYTES_MAX, XHL_BLOCK_EVENTS, XHL_BLOCK_STRINGS_MAX } from "../../src/limits.ts";
import { openLog } from "../../src/log/open-log.ts";
import { fillLog } from "../random-events.ts";
import { readWhole, WholeLog } from "../read-log.ts";

/** A log's bytes as .xhl. */
function packed(log: WholeLog): Uint8Array {
  const writer = new XhlWriter(log.strings);
  return Buffer.concat([writer.header(log.header), writer.add(log.batch), writer.finish()]);
}

/** A log's lines as NDJSON, its header too. */
function lines(log: WholeLog): string {
  const writer = new NdjsonWriter(log.strings);
  return (log.header === null ? "" : writer.header(log.header)) + writer.lines(log.batch);
}

const corpus = new URL("../../../../corpus/", import.meta.url);
const logs = readdirSync(corpus, { recursive: true, encoding: "utf8" }).filter((path) =>
  /\.(jsonl|ndjson|txt|dat)\.gz$/.test(path),
);

describe("events in an .xhl", () => {
  it.each(logs)("%s comes back as it was, and from its NDJSON as the same bytes", (path) => {
    const bytes = gunzipSync(readFileSync(new URL(path, corpus)));
    const format = formats.find((candidate) => candidate.sniff(bytes.subarray(0, 1 << 16)));
    if (format === undefined) return;
    const text = lines(readWhole(format, bytes));
    const file = packed(readWhole(ndjson, text));
    const back = readWhole(xhl, file, 5000);
    expect([back.problems, back.stats.truncated]).toEqual([[], false]);
    expect(lines(back) === text).toBe(true);
    expect(Buffer.compare(packed(readWhole(ndjson, lines(back))), file)).toBe(0);
  });

  it("of every kind come back equal, in chunks of any size", () => {
    fc.assert(
      fc.property(fc.gen(), fc.integer({ min: 1, max: 300 }), (draw, chunk) => {
        const log = fillLog((arbitrary) => draw(() => arbitrary));
        const back = readWhole(xhl, packed(log), chunk);
        expect([back.problems, back.written]).toEqual([[], log.written]);
      }),
      { seed: 13, numRuns: 200, endOnFailure: true },
    );
  });
});

/** Three blocks of two events each, and where each field of the file begins. */
function threeBlocks(): {
  readonly file: Uint8Array;
  readonly starts: readonly number[];
  readonly text: string;
} {
  const pair = (id: number) =>
    `{"id":${id},"ev":"enter","comm":"a","nr":12,"cmd":1,"args":{"nr_extents":1,"extents":["0x${id}"]}}\n{"id":${id},"ev":"exit","ret":1}\n`;
  const parts: Uint8Array[] = [];
  const log = readWhole(ndjson, pair(1));
  const writer = new XhlWriter(log.strings);
  parts.push(writer.header({ domains: [], facts: [], fromBoot: true }));
  for (const id of [1, 2, 3]) {
    const one = new WholeLog();
    for (let row = 0; row < log.batch.length; row++) one.batch.append(log.batch, row);
    one.batch.call.fill(id, 0, 2);
    parts.push(writer.add(one.batch), writer.flush());
  }
  parts.push(writer.finish());
  const starts: number[] = [];
  let at = 0;
  for (const part of parts) {
    if (part.length > 0) starts.push(at);
    at += part.length;
  }
  return { file: Buffer.concat(parts), starts, text: lines(log) };
}

describe("a file that is not whole", () => {
  const { file, starts } = threeBlocks();

  it("gives every whole block, and says where it was cut, wherever that is", () => {
    for (let size = 1; size < file.length; size++) {
      const log = readWhole(xhl, file.subarray(0, size));
      const whole = starts.slice(2).filter((end) => end <= size).length;
      expect([size, log.stats.truncated, log.stats.events]).toEqual([size, true, 2 * whole]);
      expect(log.stats.problems.at(-1)?.place).toBeLessThanOrEqual(size);
    }
    expect(readWhole(xhl, file).stats.truncated).toBe(false);
  });

  it("with a changed byte gives the other blocks, and counts those events as lost", () => {
    const changed = Uint8Array.from(file);
    changed[starts[2] - 3] ^= 0xff;
    const log = readWhole(xhl, changed);
    expect([log.stats.lost, log.stats.truncated]).toEqual([2, false]);
    expect(log.problems).toEqual([
      expect.stringMatching(`^byte ${starts[1]}: a block of 2 events is left out`),
    ]);
  });

  it("whatever was done to it, is read in bounded memory without an error", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { maxLength: 12 }), (changes) => {
        const bytes = Uint8Array.from(file);
        for (const [at, byte] of changes) bytes[at] = byte;
        const log = readWhole(xhl, bytes);
        expect(log.batch.length).toBeLessThanOrEqual(6);
      }),
      { seed: 5, numRuns: 2000, endOnFailure: true },
    );
  });
});

describe("the messages", () => {
  it("have the fields of the .proto", () => {
    const { root } = protobuf.parse(
      readFileSync(new URL("../../proto/hypercall_log.proto", import.meta.url), "utf8"),
      { keepCase: true },
    );
    const idsOf = (name: string) =>
      Object.fromEntries(Object.values(root.lookupType(name).fields).map((field) => [field.name, field.id]));
    expect(idsOf("xgt.Log")).toEqual(XhlField);
    expect(idsOf("xgt.Header")).toEqual(XhlHeaderField);
    expect(idsOf("xgt.Block")).toEqual(XhlBlockField);
    expect(idsOf("xgt.Footer")).toEqual(XhlFooterField);
    expect(idsOf("xgt.BlockIndex")).toEqual(XhlIndexField);
    const columns = Object.fromEntries(xhlColumns.map((name, i) => [name, i + 1]));
    expect(idsOf("xgt.Columns")).toEqual({ ...columns, ...XhlColumnsField });
  });
});

describe("a hostile file", () => {
  const schema = protobuf.parse(
    readFileSync(new URL("../../proto/hypercall_log.proto", import.meta.url), "utf8"),
    { keepCase: true },
  ).root;
  const log = schema.lookupType("xgt.Log");
  const columns = schema.lookupType("xgt.Columns");
  const { file } = threeBlocks();

  /** The file with its first block's columns changed and not packed. */
  function withColumns(change: (made: Record<string, Uint8Array>) => void): Uint8Array {
    const whole = log.decode(file) as unknown as { blocks: Record<string, unknown>[] };
    const plain = gunzipSync(whole.blocks[0].data as Uint8Array);
    const made = columns.decode(plain) as unknown as Record<string, Uint8Array>;
    change(made);
    const data = columns.encode(made).finish();
    whole.blocks[0] = { ...whole.blocks[0], compression: 0, size: data.length, data, crc: crc32(data) };
    return log.encode(whole).finish();
  }

  /** A column of two rows. */
  const bytesOf = (value: number) => new Uint8Array(Float64Array.of(value, value).buffer);

  it.each([
    ["a column of another length", (made: Record<string, Uint8Array>) => (made.cpu = made.cpu.slice(4))],
    ["payloads out of order", (made: Record<string, Uint8Array>) => made.payload.fill(0x7f, 0, 3)],
    [
      "words that are no row's",
      (made: Record<string, Uint8Array>) => {
        made.words = Buffer.concat([new Uint8Array(8), made.words]);
        const payload = new Int32Array(Uint8Array.from(made.payload).buffer).map((at) => at + 2);
        made.payload = new Uint8Array(payload.buffer);
      },
    ],
    ["a row of a kind that is none", (made: Record<string, Uint8Array>) => made.kind.fill(99)],
    ["a name that is not there", (made: Record<string, Uint8Array>) => made.comm.fill(1)],
    ["a time without an end", (made: Record<string, Uint8Array>) => (made.time = bytesOf(Infinity))],
    ["a number of a call that is none", (made: Record<string, Uint8Array>) => (made.call = bytesOf(8.5))],
    ["a result that is a fraction", (made: Record<string, Uint8Array>) => (made.ret = bytesOf(0.5))],
    ["a call without its hypercall", (made: Record<string, Uint8Array>) => made.nr.fill(0xff)],
    ["a list longer than the payload", (made: Record<string, Uint8Array>) => made.words.fill(0x3f, 40)],
  ])("%s: its block is left out", (_, change) => {
    const read = readWhole(xhl, withColumns(change));
    expect([read.stats.lost, read.problems.length]).toEqual([2, 1]);
  });

  it("promises of huge fields and blocks are not believed", () => {
    const huge = Buffer.concat([file.subarray(0, 4), Buffer.from([0x12, 0xff, 0xff, 0xff, 0xff, 0x0f])]);
    expect(readWhole(xhl, huge).stats.truncated).toBe(true);
    const whole = log.decode(file) as unknown as { blocks: Record<string, unknown>[] };
    whole.blocks[1] = { ...whole.blocks[1], rows: 0xffffffff };
    expect(readWhole(xhl, log.encode(whole).finish()).problems[0]).toMatch("its size is impossible");
  });

  it("more names than a run has, and longer ones than any has, are not taken in", () => {
    const named = (strings: readonly string[]) => withColumns((made) => Object.assign(made, { strings }));
    for (const strings of [new Array(XHL_BLOCK_STRINGS_MAX + 1).fill(""), ["x".repeat(TEXT_BYTES_MAX + 1)]]) {
      const read = readWhole(xhl, named(strings));
      expect([read.stats.lost, read.problems.length]).toEqual([2, 1]);
      expect(read.problems[0]).toMatch("more names, or longer ones");
    }
  });

  it("bytes that are no message end it with a place, wherever they stand", () => {
    const wrong = [
      new Array(11).fill(0xff),
      [0x3b],
      [0x12, ...new Array(11).fill(0x80)],
      [0x0f, 1],
      [0x10, 1],
    ];
    for (const bytes of wrong) {
      const read = readWhole(xhl, Buffer.concat([file, Buffer.from(bytes)]));
      expect([bytes, read.stats.truncated, read.stats.events]).toEqual([bytes, true, 6]);
      expect(read.problems).toEqual([expect.stringMatching(`^byte ${file.length}: `)]);
      expect(readWhole(xhl, log.encode({ header: { spec: "" }, blocks: [] }).finish()).stats.truncated).toBe(
        true,
      );
    }
    // Groups inside groups are skipped by nobody.
    const whole = log.decode(file) as unknown as {
      blocks: { data: Uint8Array; crc: number; compression: number }[];
    };
    const data = Buffer.alloc(100_000, 0x3b);
    Object.assign(whole.blocks[0], { data, size: data.length, crc: crc32(data), compression: 0 });
    expect(readWhole(xhl, log.encode(whole).finish()).problems[0]).toMatch("is of wire type 3");
  });

  it("of many blocks in few bytes gives them one at a time", async () => {
    const rows = XHL_BLOCK_EVENTS;
    const one = new WholeLog();
    for (let row = 0; row < rows; row++) {
      one.batch.add(EventKind.lost, 0);
      one.batch.pushU64(1, 0);
    }
    const writer = new XhlWriter(one.strings);
    const pieces = [writer.header(null)];
    for (let block = 0; block < 8; block++) pieces.push(writer.add(one.batch));
    const bytes = Buffer.concat([...pieces, writer.finish()]);
    async function* stdin() {
      yield bytes;
    }
    const opened = await openLog("-", { stdin: stdin() });
    const sizes: number[] = [];
    for await (const batch of opened.batches()) sizes.push(batch.length);
    expect(sizes).toEqual(new Array(8).fill(rows));
    expect([opened.stats.events, opened.stats.truncated, opened.stats.problemCount]).toEqual([
      8 * rows,
      false,
      0,
    ]);
  });

  it("a stock library reads the whole file as one message", () => {
    const whole = log.toObject(log.decode(file), { longs: Number }) as {
      header: { spec: string };
      footer: { blocks: number; events: number };
      blocks: unknown[];
    };
    expect(JSON.parse(whole.header.spec)).toMatchObject({ xgt_log: 1, from_boot: true });
    expect([whole.blocks.length, whole.footer.blocks, whole.footer.events]).toEqual([3, 3, 6]);
  });
});
