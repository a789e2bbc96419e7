import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as zlib from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  LogOpenError,
  type LogOpenReason,
  NdjsonWriter,
  type OpenLogOptions,
  openLog,
} from "../src/index.ts";
import { READ_BYTES } from "../src/limits.ts";
import { capturePath } from "./captures.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "xgt-open-log-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function readAll(path: string, options?: OpenLogOptions) {
  const log = await openLog(path, options);
  const writer = new NdjsonWriter(log.strings);
  let text = "";
  for await (const batch of log.batches()) text += writer.lines(batch);
  const problems = log.stats.problems.map(
    (problem) => `${problem.unit} ${problem.place}: ${problem.message}`,
  );
  return { log, lines: text.split("\n").slice(0, -1), problems };
}

async function openError(path: string, options?: OpenLogOptions): Promise<LogOpenError> {
  const error: unknown = await openLog(path, options).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof LogOpenError)) throw new Error(`expected a LogOpenError, got ${error}`);
  return error;
}

/** Lines are the first of many; without the page-long difference of two long lists. */
function expectFirstLines(lines: readonly string[], count: number): void {
  expect(lines.length).toBe(count);
  expect(lines.findIndex((text, i) => text !== manyLines[i])).toBe(-1);
}

const header = '{"xgt_log":1,"version":1,"xen":"4.17","domains":[{"domid":0,"mode":"direct-mapped"}]}\n';
const line = (i: number) =>
  `{"t":${i},"ev":"guest_p2m","pid":${i % 7},"pfn":"0x${(i * 7919).toString(16)}","mfn":"0x${(i * 104729 * 65537).toString(16)}","nr":1}`;
const manyLines = Array.from({ length: 40_000 }, (_, i) => line(i + 1));
const manyText = `${header}${manyLines.join("\n")}\n`;

describe("openLog", () => {
  it("reads a file of many chunks, its header first", async () => {
    expect(manyText.length).toBeGreaterThan(2 * READ_BYTES);
    const path = file("many.ndjson", manyText);
    const log = await openLog(path);
    expect(log.header?.xen).toBe("4.17");
    expect([log.path, log.format, log.placeUnit]).toEqual([path, "ndjson", "line"]);
    const { lines, log: whole } = await readAll(path);
    expectFirstLines(lines, manyLines.length);
    expect(whole.stats.events).toBe(manyLines.length);
    expect(whole.stats.bytes).toBe(manyText.length);
    expect([whole.inputSize, whole.inputRead]).toEqual([manyText.length, manyText.length]);
    await log.close();
  });

  it("delivers the places of lines across batches", async () => {
    const log = await openLog(file("places.ndjson", manyText));
    let next = 2;
    for await (const batch of log.batches()) {
      for (let row = 0; row < batch.length; row++) expect(batch.place[row]).toBe(next++);
    }
    expect(next).toBe(manyLines.length + 2);
  });

  it("reads standard input, also in small pieces and compressed", async () => {
    for (const bytes of [Buffer.from(manyText), zlib.gzipSync(manyText)]) {
      async function* pieces() {
        for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
      }
      const { lines, log } = await readAll("-", { stdin: pieces() });
      expectFirstLines(lines, manyLines.length);
      expect(log.inputSize).toBeUndefined();
    }
  });

  it("reads a FIFO, whose writers may come late", async () => {
    const fifo = join(folder, "fifo");
    execFileSync("mkfifo", [fifo]);
    const writer = spawn("sh", [
      "-c",
      'sleep 0.3; { cat "$0"; sleep 0.3; cat "$1"; } > "$2"',
      ...[
        file("fifo-1", header + manyLines.slice(0, 5_000).join("\n")),
        file("fifo-2", `\n${manyLines.slice(5_000, 9_000).join("\n")}\n`),
        fifo,
      ],
    ]);
    const { log, lines } = await readAll(fifo);
    expectFirstLines(lines, 9_000);
    expect(log.inputSize).toBeUndefined();
    await once(writer, "close");
  });

  it("can be left before its end", async () => {
    const log = await openLog(file("left.ndjson", manyText));
    for await (const batch of log.batches()) {
      expect(batch.length).toBeGreaterThan(0);
      break;
    }
    expect(log.inputRead).toBeLessThan(manyText.length);
  });

  it("reads logs that end at different times side by side, each as alone", async () => {
    // The last line of the shorter one has no end, so that it is told when nothing more comes.
    const short = file("short.ndjson", header + manyLines.slice(0, 3_000).join("\n"));
    const long = file("long.ndjson", manyText);
    const alone = [await readAll(short), await readAll(long), await readAll(short)];
    const logs = await Promise.all([short, long, short].map((path) => openLog(path)));
    const readers = logs.map((log) => {
      return { batches: log.batches(), writer: new NdjsonWriter(log.strings), text: "", ended: false };
    });
    while (readers.some(({ ended }) => !ended)) {
      for (const reader of readers) {
        const next = await reader.batches.next();
        reader.ended = next.done === true;
        if (next.done !== true) reader.text += reader.writer.lines(next.value);
      }
    }
    for (const [at, { text }] of readers.entries())
      expect(text.split("\n").slice(0, -1)).toEqual(alone[at].lines);
  });

  it("shares the strings that it is given", async () => {
    const first = await openLog(capturePath("balloon").pathname);
    const second = await openLog(capturePath("gntdev").pathname, { strings: first.strings });
    expect(second.strings).toBe(first.strings);
    await first.close();
    await second.close();
  });

  it("tells the formats of the captures", async () => {
    const { log, problems } = await readAll(capturePath("dma-4.20/blkback-part").pathname);
    expect([log.format, log.stats.events, log.header, problems]).toEqual(["hvclog", 240, null, []]);
  });

  it("takes the format that it is told", async () => {
    const { log, problems } = await readAll(file("forced", "XEN\n"), { from: "ndjson" });
    expect(log.format).toBe("ndjson");
    expect(problems).toEqual(['line 1: not JSON, character 1: unexpected "X", expected a value']);
  });

  it("reads a log that holds only a header", async () => {
    const { lines, log, problems } = await readAll(file("header.ndjson", header));
    expect([lines, log.header?.xen, problems]).toEqual([[], "4.17", []]);
  });
});

describe("openLog refuses", () => {
  const cases: readonly (readonly [string, LogOpenReason, () => string, RegExp])[] = [
    ["a missing file", "missing", () => join(folder, "none"), /none: no such file; check the name$/],
    ["a directory", "directory", () => folder, /is a directory; name the log file inside it$/],
    ["an empty file", "empty", () => file("empty", ""), /is empty; check that the recorder ran/],
    ["blanks", "empty", () => file("blank", " \n\t\n"), /holds nothing but blanks/],
    ["an empty gzip file", "empty", () => file("empty.gz", zlib.gzipSync("")), /is empty/],
    [
      "a binary file",
      "binary",
      () => file("binary", Uint8Array.of(0x7e, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0)),
      /is binary \(byte 7 is zero\) and of no known format; known formats are xhl, console, ndjson, hvclog/,
    ],
    [
      "an unknown text",
      "unknown-format",
      () => file("unknown.txt", "Lorem ipsum\n"),
      /is of no known format; known formats are xhl, console, ndjson, hvclog.*--from FORMAT forces one$/,
    ],
    [
      "xz",
      "compression",
      () => file("x.xz", Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0)),
      /decompress it first: xz -d .*x\.xz$/,
    ],
    ["bzip2", "compression", () => file("x.bz2", "BZh91AY"), /decompress it first: bzip2 -d/],
  ];

  it.each(cases)("%s", async (_name, reason, path, message) => {
    const error = await openError(path());
    expect(error.reason).toBe(reason);
    expect(error.message).toMatch(message);
  });

  it("a format that it has no reader for", async () => {
    const error = await openError(file("forced-strace", manyText), { from: "strace" as never });
    expect([error.reason, error.message.includes("no reader for the format strace")]).toEqual([
      "no-reader",
      true,
    ]);
  });

  it("an empty standard input, by its name", async () => {
    async function* nothing() {}
    expect((await openError("-", { stdin: nothing() })).message).toMatch(/^standard input: is empty/);
  });
});

describe("compressed logs", () => {
  const half = manyText.indexOf("\n", manyText.length / 2) + 1;

  it("may have several members, cut anywhere", async () => {
    const members = [manyText.slice(0, 10), manyText.slice(10, half), "", manyText.slice(half)];
    const bytes = Buffer.concat(members.map((text) => zlib.gzipSync(text)));
    const { lines, problems } = await readAll(file("members.gz", bytes));
    expect(problems).toEqual([]);
    expectFirstLines(lines, manyLines.length);
  });

  it("may end in padding", async () => {
    const { lines, problems } = await readAll(
      file("padded.gz", Buffer.concat([zlib.gzipSync(manyText), Buffer.alloc(70_000)])),
    );
    expect(problems).toEqual([]);
    expectFirstLines(lines, manyLines.length);
  });

  it("are read as far as they go when they are truncated", async () => {
    const bytes = zlib.gzipSync(manyText).subarray(0, -5000);
    const { lines, log, problems } = await readAll(file("truncated.gz", bytes));
    expect(log.stats.truncated).toBe(true);
    expect(problems[0]).toBe(`byte ${bytes.length}: the compressed data ends too early`);
    expect(lines.length).toBeGreaterThan(30_000);
    expectFirstLines(lines, lines.length);
  });

  it("are read up to the fault when they are corrupt", async () => {
    const bytes = Buffer.from(zlib.gzipSync(manyText));
    const at = 100_000;
    bytes.fill(0xff, at, at + 64);
    const { lines, problems } = await readAll(file("corrupt.gz", bytes));
    const place = Number(
      /^byte (\d+): the compressed data is corrupt: the rest cannot be read$/.exec(problems[0])?.[1],
    );
    expect(place).toBeGreaterThanOrEqual(at);
    // Everything before the damaged bytes is there: what a prefix of the file gives, and no less.
    const { lines: before } = await readAll(file("prefix.gz", bytes.subarray(0, at)));
    expect(lines.length).toBeGreaterThanOrEqual(before.length);
    expectFirstLines(before, before.length);
    expectFirstLines(lines.slice(0, before.length), before.length);
  });

  it("have their checksum checked", async () => {
    const bytes = Buffer.from(zlib.gzipSync(manyText));
    bytes[bytes.length - 8] ^= 1;
    const { lines, problems } = await readAll(file("checksum.gz", bytes));
    expectFirstLines(lines, manyLines.length);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^byte \d+: the compressed data is corrupt/);
  });

  it("are a problem where other data follows", async () => {
    const zipped = zlib.gzipSync(manyText);
    const bytes = Buffer.concat([zipped, Buffer.alloc(3), Buffer.from("garbage")]);
    const { lines, problems } = await readAll(file("trailer.gz", bytes));
    expectFirstLines(lines, manyLines.length);
    expect(problems).toEqual([
      `byte ${zipped.length + 3}: data behind the end of the compressed log was not read`,
    ]);
  });

  it("lose no more than a piece where they can be read only once", async () => {
    const bytes = Buffer.from(zlib.gzipSync(manyText));
    bytes.fill(0xff, 100_000, 100_064);
    async function* once() {
      yield bytes;
    }
    const { lines, problems } = await readAll("-", { stdin: once() });
    expect(problems[0]).toMatch(/^byte \d+: the compressed data is corrupt/);
    // The last piece begins 32 KiB before the fault at most.
    const { lines: before } = await readAll(file("once.gz", bytes.subarray(0, 100_000 - 32_768)));
    expectFirstLines(lines.slice(0, before.length), before.length);
  });

  it("by zstd are read where the runtime can, else refused with the way out", async () => {
    const compress: unknown = Reflect.get(zlib, "zstdCompressSync");
    if (typeof compress === "function") {
      const whole: Uint8Array = compress(manyText);
      const frames = Buffer.concat([compress(manyText.slice(0, half)), compress(manyText.slice(half))]);
      for (const bytes of [whole, frames]) {
        const { lines, problems } = await readAll(file("log.zst", bytes));
        expect(problems).toEqual([]);
        expectFirstLines(lines, manyLines.length);
      }
      const cut = whole.subarray(0, -100);
      const { log, problems } = await readAll(file("cut.zst", cut));
      expect(log.stats.truncated).toBe(true);
      expect(problems[0]).toBe(`byte ${cut.length}: the compressed data ends too early`);
    } else {
      const error = await openError(file("log.zst", Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0)));
      expect(error.reason).toBe("compression");
      expect(error.message).toMatch(/use Node 22\.15 or later, or decompress it first: zstd -d .*log\.zst$/);
    }
  });
});

describe("a long line", () => {
  it("that spans many chunks is one line", async () => {
    const list = Array.from({ length: 400_000 }, (_, i) => `"0x${(i * 4096).toString(16)}"`).join();
    const text = `{"id":1,"ev":"enter","nr":12,"cmd":6,"args":{"domid":0,"nr_extents":400000,"extents":[${list}]}}\n`;
    expect(text.length).toBeGreaterThan(4 * READ_BYTES);
    const { lines, problems } = await readAll(file("long.ndjson", text));
    expect(problems).toEqual([]);
    expect(lines[0]).toBe(text.trim());
  });

  it("beyond the bound is left out, and the next one is read", async () => {
    const piece = Buffer.alloc(1 << 20, "x");
    async function* endless() {
      yield Buffer.from('{"ev":"ungrant","ref":1,"comm":"');
      for (let i = 0; i < 80; i++) yield piece;
      yield Buffer.from('"}\n{"ev":"ungrant","ref":2}\n');
    }
    const { lines, problems } = await readAll("-", { stdin: endless() });
    expect(problems).toEqual(["line 1: the line is longer than 67108864 bytes and was left out"]);
    expect(lines).toEqual(['{"ev":"ungrant","ref":2}']);
  });
});

describe("the capture excerpt", () => {
  it("is what its README says", () => {
    const excerpt = readFileSync(new URL("data/hvclog-excerpt.jsonl", import.meta.url), "utf8");
    const faulty = readFileSync(capturePath("dma-4.20/faulty"), "utf8");
    expect(faulty.startsWith(excerpt.split("\n").slice(0, 8).join("\n"))).toBe(true);
  });
});
