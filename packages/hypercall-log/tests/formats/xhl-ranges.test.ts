import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import protobuf from "protobufjs";
import { afterAll, describe, expect, it } from "vitest";
import { EventKind } from "../../src/events/event-kind.ts";
import { NdjsonWriter } from "../../src/formats/ndjson/write-ndjson.ts";
import { XhlWriter } from "../../src/formats/xhl/xhl-writer.ts";
import type { ByteInput, ByteRange } from "../../src/input/byte-input.ts";
import { SNIFF_BYTES, XHL_AHEAD_BYTES } from "../../src/limits.ts";
import { openLog } from "../../src/log/open-log.ts";
import { WholeLog } from "../read-log.ts";

const schema = protobuf.parse(
  readFileSync(new URL("../../proto/hypercall_log.proto", import.meta.url), "utf8"),
  { keepCase: true },
).root;
/** Tag of Log's field `blocks`. */
const BLOCKS_TAG = 0x12;
const folder = mkdtempSync(join(tmpdir(), "xgt-xhl-ranges-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A log of blocks at 0, 1, 2 ... seconds, of so many events each, and where each block begins; not packed. */
function blocksOf(sizes: readonly number[]): {
  readonly file: Uint8Array;
  readonly starts: readonly number[];
} {
  const { strings } = new WholeLog();
  const writer = new XhlWriter(strings, "none");
  const parts = [writer.header({ domains: [], facts: [], fromBoot: true })];
  const starts: number[] = [];
  for (const [second, size] of sizes.entries()) {
    const { batch } = new WholeLog(strings);
    for (let row = 0; row < size; row++) {
      batch.add(EventKind.guestP2m, 0);
      batch.time[row] = second + row / size;
      for (const value of [row, 7 * row, 1]) batch.pushU64(value, 0);
    }
    starts.push(Buffer.concat(parts).length);
    parts.push(Buffer.concat([writer.add(batch), writer.flush()]));
  }
  starts.push(Buffer.concat(parts).length);
  return { file: Buffer.concat([...parts, writer.finish()]), starts };
}

/** An input that can give ranges, a few bytes of each at a time, and is no file. */
class MemoryInput implements ByteInput {
  readonly size: number;
  position = 0;
  private readonly bytes: Uint8Array;
  private readonly most: number;

  constructor(bytes: Uint8Array, most: number) {
    this.bytes = bytes;
    this.size = bytes.length;
    this.most = most;
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < this.size; at += SNIFF_BYTES) yield this.part(at, SNIFF_BYTES);
  }

  async range({ from, length }: ByteRange): Promise<Uint8Array> {
    return this.part(from, Math.min(length, this.most));
  }

  async reopen(): Promise<null> {
    return null;
  }

  async close(): Promise<void> {}

  private part(from: number, length: number): Uint8Array {
    const part = this.bytes.slice(from, from + length);
    this.position += part.length;
    return part;
  }
}

type Time = { readonly from: number; readonly to: number };

/** What a log gives of a time, and how many of its bytes were read. */
async function answer(source: Uint8Array | ByteInput | string, time?: Time) {
  const opened = await openLog(typeof source === "string" ? source : "-", {
    ...(time !== undefined && { time }),
    ...(source instanceof Uint8Array && { stdin: [source] as unknown as AsyncIterable<Uint8Array> }),
  });
  return told(opened);
}

async function answerByRanges(bytes: Uint8Array, most: number, time: Time) {
  return told(await openLog("run", { time, openInput: async () => new MemoryInput(bytes, most) }));
}

async function told(opened: Awaited<ReturnType<typeof openLog>>) {
  const writer = new NdjsonWriter(opened.strings);
  let lines = "";
  for await (const batch of opened.batches()) lines += writer.lines(batch);
  const { problems, lost, events, truncated, bytes } = opened.stats;
  return { said: { lines, problems, lost, events, truncated, bytes }, read: opened.inputRead };
}

describe("a time of an .xhl that is a file", () => {
  const { file, starts } = blocksOf(new Array(40).fill(1000));
  const path = join(folder, "run.xhl");
  writeFileSync(path, file);

  it.each([
    ["in its middle", { from: 20, to: 20.5 }, 1],
    ["over two blocks", { from: 20.5, to: 21.5 }, 2],
    ["at its end", { from: 39, to: 99 }, 1],
    ["after its end", { from: 99, to: 100 }, 0],
  ])("%s is read, and of the other blocks the heads only", async (_, time, blocks) => {
    const { said, read } = await answer(path, time);
    expect(said).toEqual((await answer(file, time)).said);
    expect(said.problems).toEqual([]);
    const footer = file.length - starts[40];
    const most = SNIFF_BYTES + blocks * (starts[1] - starts[0]) + footer + 41 * 2 * XHL_AHEAD_BYTES;
    expect(read).toBeLessThanOrEqual(most);
    expect(most).toBeLessThan(file.length / 10);
  });

  it("is read as a whole where all of its times are asked for", async () => {
    const time = { from: 0, to: 40 };
    const { said, read } = await answer(path, time);
    expect([said, read]).toEqual([(await answer(file, time)).said, file.length]);
    expect((await answer(path)).said).toEqual(said);
  });
});

describe("an .xhl that is read by ranges", () => {
  // What is told by the first bytes is behind the first block.
  const { file, starts } = blocksOf([1000, 3, 1, 4, 1, 5, 9]);
  const times = fc.record({ from: fc.integer({ min: 0, max: 6 }), to: fc.integer({ min: 1, max: 8 }) });
  const most = fc.constantFrom(1, 7, 100, 1 << 20);

  it("cut anywhere gives what it gives when it is read in order, whether its blocks' heads have sums or not", async () => {
    expect(starts[1]).toBeGreaterThan(SNIFF_BYTES);
    const Log = schema.lookupType("xgt.Log");
    const old = Log.decode(file) as unknown as { blocks: object[] };
    old.blocks = old.blocks.map((block) => ({ ...block, head_crc: null }));
    const files = fc.constantFrom(file, Log.encode(old).finish());
    const back = fc.integer({ min: 0, max: file.length - starts[1] });
    await fc.assert(
      fc.asyncProperty(files, back, times, most, async (whole, cut, time, some) => {
        const bytes = whole.subarray(0, whole.length - cut);
        expect((await answerByRanges(bytes, some, time)).said).toEqual((await answer(bytes, time)).said);
      }),
      { seed: 7, numRuns: 300, endOnFailure: true },
    );
  });

  it("changed around the edges of its blocks or in its footer gives what it gives when it is read in order", async () => {
    const edge = fc.tuple(fc.constantFrom(...starts.slice(1)), fc.integer({ min: -9, max: 70 }));
    const changes = fc.array(fc.tuple(edge, fc.nat(7)), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(changes, times, most, async (flips, time, some) => {
        const bytes = Uint8Array.from(file);
        for (const [[start, by], bit] of flips) bytes[start + by] ^= 1 << bit;
        expect((await answerByRanges(bytes, some, time)).said).toEqual((await answer(bytes, time)).said);
      }),
      { seed: 11, numRuns: 500, endOnFailure: true },
    );
  });

  it("takes what stands behind a block's data for what it says", async () => {
    const Log = schema.lookupType("xgt.Log");
    const Block = schema.lookupType("xgt.Block");
    const whole = Log.decode(file) as unknown as { blocks: object[] };
    const first = { ...whole.blocks[2], head_crc: null, earliest: 90, latest: 91 };
    // The last of several times holds: only behind the data it is said that the block is of the time that is asked for.
    const content = Buffer.concat([
      Block.encode(first).finish(),
      Block.encode({ earliest: 2, latest: 2 }).finish(),
    ]);
    const field = protobuf.Writer.create().uint32(BLOCKS_TAG).bytes(content).finish();
    const bytes = Buffer.concat([file.subarray(0, starts[2]), field, file.subarray(starts[3])]);
    const time = { from: 2, to: 2.5 };
    const { said } = await answerByRanges(bytes, 100, time);
    expect(said).toEqual((await answer(bytes, time)).said);
    expect(said.lines).toContain('"t":2,');
  });
});

describe("a footer's index that lies", () => {
  const { file, starts } = blocksOf([1000, 3, 1, 4]);
  const Log = schema.lookupType("xgt.Log");
  const path = join(folder, "lying.xhl");
  const columns = ["offset", "first_event", "earliest", "latest"] as const;
  type Footer = Record<(typeof columns)[number], number[]>;

  /** The file with its footer changed. */
  function withFooter(change: (footer: Footer) => void): Uint8Array {
    const { footer } = Log.decode(file) as unknown as { footer: Footer };
    change(footer);
    return Buffer.concat([file.subarray(0, starts[4]), Log.encode({ footer }).finish()]);
  }

  const lies = columns.flatMap((column) => [0, 1, 3].map((block) => [column, block] as const));
  it.each(lies)("in %s of block %d changes nothing but that it is said", async (column, block) => {
    for (const value of [0.25, 1e9, -1, Number.NaN, Infinity]) {
      writeFileSync(
        path,
        withFooter((footer) => (footer[column][block] = value)),
      );
      for (const time of [undefined, { from: 1, to: 1.9 }, { from: 50, to: 60 }]) {
        const { said } = await answer(path, time);
        const good = (await answer(file, time)).said;
        expect({ ...said, bytes: 0, problems: [] }).toEqual({ ...good, bytes: 0 });
        const message = "the footer's index does not say what the blocks say of themselves";
        expect(said.problems).toEqual([{ place: starts[4], unit: "byte", message }]);
      }
    }
  });

  it.each([
    ["of fewer blocks", (footer: Footer) => footer.offset.pop()],
    ["of more blocks", (footer: Footer) => footer.latest.push(9)],
    ["that counts other blocks", (footer: Footer) => Object.assign(footer, { blocks: 9 })],
    ["that counts other events", (footer: Footer) => Object.assign(footer, { events: 2000 })],
  ])("%s is said", async (_, change) => {
    const { said } = await answer(withFooter(change));
    expect(said.problems).toHaveLength(1);
    expect(said.problems[0].place).toBe(starts[4]);
  });
});
