import { readdirSync, readFileSync } from "node:fs";
import { crc32, gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import protobuf from "protobufjs";
import { describe, expect, it } from "vitest";
import { EventBatch } from "../../src/events/event-batch.ts";
import { EventKind } from "../../src/events/event-kind.ts";
import { ftrace } from "../../src/formats/ftrace/ftrace.ts";
import { formats } from "../../src/formats/index.ts";
import { ndjson } from "../../src/formats/ndjson/ndjson.ts";
import { NdjsonWriter } from "../../src/formats/ndjson/write-ndjson.ts";
import { canPack, type XhlPacking } from "../../src/formats/xhl/block-packing.ts";
import { xhl } from "../../src/formats/xhl/xhl.ts";
import { LogField, xhlColumns } from "../../src/formats/xhl/xhl-schema.ts";
import { XhlWriter } from "../../src/formats/xhl/xhl-writer.ts";
import { TEXT_BYTES_MAX, XHL_BLOCK_EVENTS, XHL_BLOCK_STRINGS_MAX, XHL_RUN_MAX } from "../../src/limits.ts";
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

/** First bytes of what gzip packs. */
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
/** Bytes at a block's end that are the sum of its head: a tag and a fixed32. */
const HEAD_SUM_BYTES = 5;

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
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

  it("with half of a character in a name come back with what stands for it", () => {
    const read = readWhole(
      ndjson,
      '{"ev":"mark","text":"a\\ud800b"}\n{"ev":"mark","text":"\\ud83d\\ude00"}\n',
    );
    const text = '{"ev":"mark","text":"a\ufffdb"}\n{"ev":"mark","text":"\u{1f600}"}\n';
    expect([lines(read), lines(readWhole(xhl, packed(read)))]).toEqual([text, text]);
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

/** Bytes from the lowest of `latest` to a block's data: 8 of it, 2 of `compression`, 5 of `crc`, 3 of `size`, 3 before the data. */
const LATEST_BEFORE_DATA = 8 + 2 + 5 + 3 + 3;

/** Three blocks of two events each at 1, 2 and 3 seconds; how many bytes stand before the second one's data. */
function timedBlocks() {
  const blocks = threeBlocks((id) => id);
  const { file, starts } = blocks;
  const data = Buffer.from(file).indexOf(GZIP_MAGIC, starts[2]);
  return { file, starts, second: { head: data - starts[2] } };
}

/** Three blocks of two events each, and where each field of the file begins. `timeOf`: seconds of a block's events. */
function threeBlocks(timeOf: (id: number) => number = () => Number.NaN): {
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
    one.batch.time.fill(timeOf(id), 0, 2);
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

  it("of many blocks gives the whole ones, cut at any of a thousand places", () => {
    const log = readWhole(ftrace, gunzipSync(readFileSync(new URL("traces/gntdev/trace.txt.gz", corpus))));
    const writer = new XhlWriter(log.strings);
    const all = new EventBatch();
    const parts = [Buffer.from(writer.header(log.header))];
    const ends: number[] = [];
    for (let block = 0; block < 6; block++) {
      all.appendAll(log.batch);
      parts.push(Buffer.concat([writer.add(log.batch), writer.flush()]));
      ends.push(Buffer.concat(parts).length);
    }
    const file = Buffer.concat([...parts, writer.finish()]);
    fc.assert(
      fc.property(fc.integer({ min: parts[0].length, max: file.length - 1 }), (cut) => {
        const { batch, stats, problems } = readWhole(xhl, file.subarray(0, cut), 1 << 16);
        const whole = ends.filter((end) => end <= cut).length;
        expect([batch.length, stats.truncated]).toEqual([whole * log.batch.length, true]);
        expect(problems).toEqual([
          expect.stringMatching(`^byte ${[parts[0].length, ...ends][whole]}: the file `),
        ]);
        const words = (from: EventBatch) => Buffer.from(from.words.buffer, 0, 4 * batch.wordsUsed);
        expect(Buffer.compare(words(batch), words(all))).toBe(0);
      }),
      { seed: 3, numRuns: 1000, endOnFailure: true },
    );
  });

  it("with a changed byte gives the other blocks, and counts those events as lost", () => {
    const changed = Uint8Array.from(file);
    changed[starts[2] - HEAD_SUM_BYTES - 3] ^= 0xff;
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
        // Two rows a block, and one for events that are missing before it.
        expect(log.batch.length).toBeLessThanOrEqual(9);
      }),
      { seed: 5, numRuns: 2000, endOnFailure: true },
    );
  });
});

describe("a block's head", () => {
  const { file, starts, second } = timedBlocks();
  const windows = [undefined, { from: 1.5, to: 2.5 }, { from: 0, to: 1 }, { from: 9, to: 10 }];

  /** What a file gives: its lines of a time, and what is wrong with it. */
  async function answer(bytes: Uint8Array, time: { from: number; to: number } | undefined) {
    const opened = await openLog("-", { stdin: oneChunk(bytes), ...(time !== undefined && { time }) });
    const writer = new NdjsonWriter(opened.strings);
    let text = "";
    for await (const batch of opened.batches()) text += writer.lines(batch);
    const { problems, lost, events } = opened.stats;
    return { told: JSON.stringify([text, lost, events]), problems };
  }

  it("with any bit flipped gives what was written, or a problem with its place, of the whole log and of a time", async () => {
    const head = Array.from({ length: second.head }, (_, i) => starts[2] + i);
    const sum = Array.from({ length: HEAD_SUM_BYTES }, (_, i) => starts[3] - HEAD_SUM_BYTES + i);
    for (const time of windows) {
      const good = await answer(file, time);
      expect(good.problems).toEqual([]);
      for (const at of [...head, ...sum]) {
        for (let bit = 0; bit < 8; bit++) {
          const bytes = Uint8Array.from(file);
          bytes[at] ^= 1 << bit;
          const { told, problems } = await answer(bytes, time);
          if (problems.length === 0) expect([at, bit, told]).toEqual([at, bit, good.told]);
          else expect(problems[0].place).toBeGreaterThanOrEqual(starts[2]);
        }
      }
    }
  });

  it("that is not whole leaves its block out, whose events the next block or the footer tells", async () => {
    for (const [block, place] of [starts[1], starts[2], starts[3]].entries()) {
      const bytes = Uint8Array.from(file);
      // The lowest byte of `latest`, behind the tags and numbers and `earliest`.
      bytes[place + second.head - LATEST_BEFORE_DATA] ^= 1;
      const log = readWhole(xhl, bytes);
      expect(log.problems).toEqual([
        `byte ${place}: a block is left out: the checksum of its head is wrong`,
        expect.stringMatching(
          `^byte ${starts[block + 2]}: .*, where event ${2 * block + 1} would be the next$`,
        ),
      ]);
      expect([log.stats.lost, log.written.length]).toEqual([2, 5]);
    }
  });

  it("has a sum that is as the schema states it; a block without one is read as it is", () => {
    const Log = schema.lookupType("xgt.Log");
    const whole = Log.decode(file) as unknown as { blocks: Record<string, number | null>[] };
    for (const block of whole.blocks) {
      const bytes = Buffer.alloc(40);
      bytes.writeUInt32LE(block.rows as number, 0);
      bytes.writeBigUInt64LE(BigInt(String(block.first_event)), 4);
      bytes.writeDoubleLE(block.earliest as number, 12);
      bytes.writeDoubleLE(block.latest as number, 20);
      for (const [i, name] of ["compression", "crc", "size"].entries())
        bytes.writeUInt32LE(block[name] as number, 28 + 4 * i);
      expect(block.head_crc).toBe(crc32(bytes));
      block.head_crc = null;
    }
    const read = readWhole(xhl, encoded(whole));
    expect([read.problems, read.written]).toEqual([[], readWhole(xhl, file).written]);
  });
});

/** The schema as a stock library reads it, apart from the module that is made of it. */
const schema = protobuf.parse(
  readFileSync(new URL("../../proto/hypercall_log.proto", import.meta.url), "utf8"),
  { keepCase: true },
).root;

/** The bytes of a log's message, with an index that is of its blocks. */
function encoded(whole: { readonly blocks: readonly object[] }): Uint8Array {
  const Log = schema.lookupType("xgt.Log");
  const { header, footer } = whole as { header?: object; footer?: object };
  let next = Log.encode({ header }).finish().length;
  const index = {
    offset: [] as number[],
    first_event: [] as number[],
    earliest: [] as number[],
    latest: [] as number[],
  };
  for (const block of whole.blocks as (object & Record<"first_event" | "earliest" | "latest", number>)[]) {
    index.offset.push(next);
    index.first_event.push(Number(block.first_event));
    index.earliest.push(block.earliest);
    index.latest.push(block.latest);
    next += Log.encode({ blocks: [block] }).finish().length;
  }
  return Log.encode({ ...whole, footer: { ...footer, ...index } }).finish();
}

describe("the schema", () => {
  it("has the fields by which a file is read while it comes, and the columns of a batch", () => {
    const idsOf = (name: string) =>
      Object.fromEntries(
        Object.values(schema.lookupType(name).fields).map((field) => [field.name, field.id]),
      );
    expect(idsOf("xgt.Log")).toEqual(LogField);
    expect(Object.keys(idsOf("xgt.Columns"))).toEqual([
      "padding",
      ...xhlColumns,
      "length",
      "words",
      "runs",
      "strings",
    ]);
  });
});

describe("a block", () => {
  const log = readWhole(
    ndjson,
    `{"t":2,"id":1,"ev":"enter","comm":"a","nr":12,"cmd":1,"args":{"extents":[${Array.from({ length: 3000 }, (_, i) => 0xfffff000 + i)}]}}
{"t":1,"id":2,"ev":"enter","comm":"b","nr":12,"cmd":1,"args":{"extents":[7,8,10,9,8,20,21,22]}}
`,
  );
  const Log = schema.lookupType("xgt.Log");
  type Message = Record<string, Uint8Array> & { strings: string[] };

  /** The first block of the log and its columns. */
  function firstBlock(packing: XhlPacking) {
    const writer = new XhlWriter(log.strings, packing);
    const file = Buffer.concat([writer.header(null), writer.add(log.batch), writer.finish()]);
    const [block] = (Log.decode(file) as unknown as { blocks: Record<string, Uint8Array>[] }).blocks;
    return { file, block };
  }
  const columnsOf = (data: Uint8Array) => schema.lookupType("xgt.Columns").decode(data) as unknown as Message;

  it("has its columns at multiples of eight bytes", () => {
    const { data } = firstBlock("none").block;
    const columns = columnsOf(data);
    for (const name of [...xhlColumns, "length", "words", "runs"])
      expect([name, (columns[name].byteOffset - data.byteOffset) % 8]).toEqual([name, 0]);
  });

  it("has extents as runs, cut where they are long or where an address of 32 bits ends, and gives them back", () => {
    const columns = columnsOf(firstBlock("none").block.data);
    const runs = new Int32Array(Uint8Array.from(columns.runs).buffer);
    const counts = runs.filter((_, i) => i % 2 === 1);
    expect([...counts]).toEqual([XHL_RUN_MAX, XHL_RUN_MAX, XHL_RUN_MAX - 72, 3]);
    expect(columns.words.length).toBeLessThan(200);
    expect(readWhole(xhl, packed(log)).written).toEqual(log.written);
  });

  it("says of which time and events it is, as the footer does, which is found from the end", () => {
    const { file, block } = firstBlock("gzip");
    expect(block).toMatchObject({ rows: 2, earliest: 1, latest: 2 });
    const size = file.readUInt32LE(file.length - 4);
    const { footer } = Log.toObject(Log.decode(file.subarray(file.length - size)), { longs: Number }) as {
      footer: object;
    };
    const offset = readWhole(xhl, file).batch.place[0];
    expect(footer).toEqual({
      ...{ blocks: 1, events: 2, bytes: size },
      ...{ offset: [offset], first_event: [1], earliest: [1], latest: [2] },
    });
  });

  it("is not unpacked where none of its events is of the time that is asked for", async () => {
    const [before, after] = [
      readWhole(ndjson, '{"t":1,"ev":"mark","text":"a"}\n'),
      readWhole(ndjson, '{"t":3,"ev":"mark","text":"b"}\n'),
    ];
    const writer = new XhlWriter(before.strings);
    const parts = [writer.header(null), writer.add(before.batch), writer.flush()];
    const { length } = Buffer.concat(parts);
    const file = Buffer.concat([...parts, writer.add(after.batch), writer.finish()]);
    // The end of its data: whoever looks at it finds a wrong sum.
    file[length - HEAD_SUM_BYTES - 1] ^= 1;
    const problemsOf = async (time: { from: number; to: number }) => {
      const opened = await openLog("-", { stdin: oneChunk(file), time });
      const times: number[] = [];
      for await (const { time, length } of opened.batches()) times.push(...time.subarray(0, length));
      return [opened.stats.problemCount, times];
    };
    expect(await problemsOf({ from: 2, to: 9 })).toEqual([0, [3]]);
    expect(await problemsOf({ from: 3, to: 3 })).toEqual([0, [3]]);
    expect(await problemsOf({ from: 1, to: 2 })).toEqual([1, [Number.NaN]]);
    expect(await problemsOf({ from: 4, to: 5 })).toEqual([0, []]);
  });

  it("may be packed with zstd, which a runtime without it says with a place", () => {
    const { file } = firstBlock("none");
    const whole = Log.decode(file) as unknown as { blocks: Record<string, unknown>[] };
    if (canPack("zstd")) {
      const zstd = firstBlock("zstd");
      expect(zstd.block.compression).toBe(2);
      expect(readWhole(xhl, zstd.file).written).toEqual(log.written);
      return;
    }
    Object.assign(whole.blocks[0], { compression: 2, head_crc: null });
    const read = readWhole(xhl, encoded(whole));
    expect(read.stats.lost).toBe(2);
    expect(read.problems).toEqual([
      expect.stringMatching(/^byte \d+: .* zstd, .* use Node 22\.15 or later$/),
    ]);
  });
});

describe("a hostile file", () => {
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
    const head = { compression: 0, size: data.length, crc: crc32(data), head_crc: null };
    whole.blocks[0] = { ...whole.blocks[0], ...head, data };
    return encoded(whole);
  }

  it.each([0, 1, 2, 3])("columns at any address, %d bytes off, are read, packed or not", (off) => {
    const whole = log.decode(file) as unknown as { blocks: Record<string, unknown>[] };
    const made = columns.decode(gunzipSync(whole.blocks[0].data as Uint8Array)) as unknown as object;
    const plain = columns.encode({ ...made, padding: new Uint8Array(off) }).finish();
    for (const [compression, data] of [plain, gzipSync(plain)].entries()) {
      const head = { compression, size: plain.length, crc: crc32(data), head_crc: null };
      whole.blocks[0] = { ...whole.blocks[0], ...head, data };
      const read = readWhole(xhl, encoded(whole));
      expect([read.problems, read.written]).toEqual([[], readWhole(xhl, file).written]);
    }
  });

  const withRuns = (runs: number[]) => (made: Record<string, Uint8Array>) => {
    made.runs = new Uint8Array(Int32Array.from(runs).buffer);
  };
  /** A column of two rows. */
  const bytesOf = (value: number) => new Uint8Array(Float64Array.of(value, value).buffer);

  it.each([
    ["a column of another length", (made: Record<string, Uint8Array>) => (made.cpu = made.cpu.slice(4))],
    ["a payload longer than the words", (made: Record<string, Uint8Array>) => made.length.fill(0x7f, 0, 3)],
    ["a payload of less than nothing", (made: Record<string, Uint8Array>) => made.length.fill(0xff, 0, 4)],
    [
      "words that are no row's",
      (made: Record<string, Uint8Array>) => {
        made.words = Buffer.concat([made.words, new Uint8Array(8)]);
      },
    ],
    ["a run that begins before the one before it ends", withRuns([8, 3, 10, 3])],
    ["a run outside of the words", withRuns([1 << 20, 3])],
    ["a run longer than any", withRuns([8, XHL_RUN_MAX + 1])],
    ["a run without elements", withRuns([8, 0])],
    ["half of a run", withRuns([8])],
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

  it.each([
    ["events of another time", { earliest: 1 }, "its events are of another time than it says"],
    ["an event without a number", { first_event: 2 ** 60 }, "its first event has no number"],
    ["a packing of later versions", { compression: 9 }, "it is packed in an unknown way"],
  ])("%s: its block is left out", (_, head, message) => {
    const whole = log.decode(file) as unknown as { blocks: object[] };
    whole.blocks[1] = { ...whole.blocks[1], ...head, head_crc: null };
    const read = readWhole(xhl, encoded(whole));
    expect([read.stats.lost, read.stats.events]).toEqual([2, 5]);
    expect(read.problems).toEqual([expect.stringMatching(`a block of 2 events is left out: ${message}`)]);
  });

  it("a block that is not there is counted as lost events", () => {
    const whole = log.decode(file) as unknown as { blocks: object[] };
    whole.blocks.splice(1, 1);
    const read = readWhole(xhl, log.encode(whole).finish());
    expect([read.stats.lost, read.written.length]).toEqual([2, 5]);
    expect(read.problems).toEqual([
      expect.stringMatching("begins with event 5, where event 3 would be the next"),
      expect.stringMatching("the footer counts 3 blocks, the file has 2"),
    ]);
  });

  it("names that are no text are not taken in", () => {
    const bytes = withColumns((made) => Object.assign(made, { strings: ["\ud800"] }));
    expect(readWhole(xhl, bytes).problems).toEqual([expect.stringMatching("not valid for encoding utf-8")]);
  });

  it("promises of huge fields and blocks are not believed", () => {
    const huge = Buffer.concat([file.subarray(0, 4), Buffer.from([0x12, 0xff, 0xff, 0xff, 0xff, 0x0f])]);
    expect(readWhole(xhl, huge).stats.truncated).toBe(true);
    const whole = log.decode(file) as unknown as { blocks: Record<string, unknown>[] };
    whole.blocks[1] = { ...whole.blocks[1], rows: 0xffffffff, head_crc: null };
    expect(readWhole(xhl, encoded(whole)).problems[0]).toMatch("its size is impossible");
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
    // Groups inside groups are followed to a depth.
    const whole = log.decode(file) as unknown as {
      blocks: { data: Uint8Array; crc: number; compression: number }[];
    };
    const data = Buffer.alloc(100_000, 0x3b);
    Object.assign(whole.blocks[0], {
      ...{ data, size: data.length, crc: crc32(data), compression: 0 },
      head_crc: null,
    });
    expect(readWhole(xhl, encoded(whole)).problems[0]).toMatch("max depth exceeded");
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
    const opened = await openLog("-", { stdin: oneChunk(bytes) });
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
