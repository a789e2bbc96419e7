import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventKind } from "../src/events/event-kind.ts";
import { ftrace } from "../src/formats/ftrace/ftrace.ts";
import { traceDat } from "../src/formats/trace-dat/trace-dat.ts";
import { readTraceDatFile } from "../src/formats/trace-dat/trace-dat-file.ts";
import { readWhole, type WholeLog } from "./read-log.ts";
import { type TraceParts, traceDat6, traceDat7, tracePage } from "./trace-dat-writer.ts";

const data = (name: string) => gunzipSync(readFileSync(new URL(`data/${name}.gz`, import.meta.url)));
const real = data("trace-cmd-6.dat");
const report = data("trace-cmd-6.report.txt").toString("latin1");

/** The parts of a file, to write it anew in another form. */
function partsOf(bytes: Buffer): TraceParts {
  const unexpected = (...what: unknown[]) => expect(what).toEqual([]);
  const file = readTraceDatFile(bytes, { problem: unexpected, skip: unexpected });
  return { ...file, pageSize: file.buffers[0].pageSize, cpus: file.buffers };
}

/** A log's events as NDJSON, times to the microsecond, as texts have them. */
function lines(log: WholeLog): unknown[] {
  return log.written.map((line) => {
    const event = JSON.parse(line);
    return { ...event, t: event.t === undefined ? undefined : Math.round(event.t * 1e6) };
  });
}

/** What `trace-cmd report -R` prints, as tracefs prints it; without the events that filters of the probes leave out. */
function asTracefs(text: string): string {
  const made: string[] = [];
  for (const line of text.split("\n").slice(1)) {
    if (line === "" || / mo_b_/.test(line)) continue;
    if (/ mo_s_/.test(line) && Number(/ nr=(\d+)/.exec(line)?.[1]) > 1) continue;
    const flags = line.replace(/^(.{24}\[\d+\])\s+/, "$1 d....  ").replace(/:\s+__probe_ip=(\w+)/, ": ($1)");
    made.push(flags.replace(/ARRAY\[([^\]]*)\]/g, (_, bytes: string) => `{${wordsOf(bytes)}}`));
  }
  return `${made.join("\n")}\n`;
}

/** `01, 02, ...`: little-endian 64-bit words. */
function wordsOf(bytes: string): string {
  const all = bytes.split(", ");
  const words = Array.from({ length: all.length / 8 }, (_, i) => all.slice(8 * i, 8 * i + 8).reverse());
  return words.map((word) => `0x${word.join("")}`).join(",");
}

describe("a trace.dat of trace-cmd", () => {
  it("of version 6 holds what trace-cmd's own report prints", () => {
    expect(traceDat.sniff(real.subarray(0, 64))).toBe(true);
    const log = readWhole(traceDat, real);
    expect(log.problems).toEqual([]);
    expect([...log.stats.skipped]).toEqual([]);
    const text = readWhole(ftrace, asTracefs(report));
    expect(text.problems).toEqual([]);
    expect(lines(log)).toEqual(lines(text));
    expect(log.stats.events).toBe(260);
  });

  it("is read whatever the chunks are that it comes in", () => {
    const whole = readWhole(traceDat, real).written;
    expect(readWhole(traceDat, real, 4093).written).toEqual(whole);
  });

  it.each([
    ["version 6", (parts: TraceParts) => traceDat6(parts)],
    ["version 7", (parts: TraceParts) => traceDat7(parts)],
    ["version 7, zlib", (parts: TraceParts) => traceDat7(parts, "zlib")],
  ])("holds the same in %s", (_, write) => {
    const log = readWhole(traceDat, write(partsOf(real)));
    expect(log.problems).toEqual([]);
    expect(log.written).toEqual(readWhole(traceDat, real).written);
  });

  it.each(["zstd", "lzo"] as const)("compressed with %s: says what to do", (compression) => {
    const { problems, batch } = readWhole(traceDat, traceDat7(partsOf(real), compression));
    expect(batch.length).toBe(0);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(
      compression === "lzo" ? /^byte \d+: is compressed with lzo, .*--compression none/ : /^byte \d+: /,
    );
  });
});

const FORMAT_HEAD = `format:
\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

`;
const field = (declaration: string, offset: number, size: number, signed = 0) =>
  `\tfield:${declaration};\toffset:${offset};\tsize:${size};\tsigned:${signed};\n`;
const formats = [
  `name: p2m\nID: 10\n${FORMAT_HEAD}${field("u64 pfn", 8, 8)}${field("u64 mfn", 16, 8)}${field("u64 n", 24, 8)}`,
  `name: print\nID: 5\n${FORMAT_HEAD}${field("unsigned long ip", 8, 8)}${field("char buf[]", 16, 0)}`,
  `name: dma_map_page\nID: 11\n${FORMAT_HEAD}${field("__data_loc char[] device", 8, 4)}${field("u64 phys_addr", 16, 8)}${field("u64 dma_addr", 24, 8)}${field("size_t size", 32, 8)}${field("enum dma_data_direction dir", 40, 4)}`,
  `name: dma_map_sg\nID: 12\n${FORMAT_HEAD}${field("__data_loc char[] device", 8, 4)}${field("int full_nents", 12, 4, 1)}${field("int full_ents", 16, 4, 1)}${field("__data_loc u64[] phys_addrs", 24, 4)}${field("__data_loc u64[] dma_addrs", 28, 4)}${field("__data_loc unsigned int[] lengths", 32, 4)}${field("enum dma_data_direction dir", 36, 4)}`,
  `name: sched_switch\nID: 13\n${FORMAT_HEAD}`,
];

function record(id: number, pid: number, size: number, fill: (bytes: Buffer) => void = () => {}): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.writeUInt16LE(id, 0);
  bytes.writeInt32LE(pid, 4);
  fill(bytes);
  return bytes;
}

function p2m(pfn: number): Buffer {
  return record(10, 7, 32, (bytes) => {
    bytes.writeBigUInt64LE(BigInt(pfn), 8);
    bytes.writeBigUInt64LE(BigInt(pfn + 1), 16);
    bytes.writeBigUInt64LE(1n, 24);
  });
}

const made: TraceParts = {
  headerPage: partsOf(real).headerPage,
  formats,
  taskNames: "7 two words\n8 gnt\n",
  clock: "mono",
  pageSize: 4096,
  cpus: [],
};
const SECOND = 1_000_000_000n;

/** Events of a file with these CPUs. */
function readMade(cpus: readonly Buffer[], more: Partial<TraceParts> = {}): WholeLog {
  return readWhole(
    traceDat,
    traceDat7({ ...made, cpus: cpus.map((pages, cpu) => ({ cpu, pages })), ...more }),
  );
}

describe("records", () => {
  it("of several CPUs come by time, with names of threads", () => {
    const log = readMade([
      tracePage(4096, 5n * SECOND, [
        { delta: 0, content: p2m(0x10) },
        { delta: 2000, content: p2m(0x30) },
      ]),
      tracePage(4096, 5n * SECOND + 1000n, [{ delta: 0, content: p2m(0x20) }]),
    ]);
    expect(log.problems).toEqual([]);
    expect(log.written).toEqual([
      '{"t":5,"ev":"guest_p2m","cpu":0,"pid":7,"comm":"two words","pfn":"0x10","mfn":"0x11","nr":1}',
      '{"t":5.000001,"ev":"guest_p2m","cpu":1,"pid":7,"comm":"two words","pfn":"0x20","mfn":"0x21","nr":1}',
      '{"t":5.000002,"ev":"guest_p2m","cpu":0,"pid":7,"comm":"two words","pfn":"0x30","mfn":"0x31","nr":1}',
    ]);
  });

  it("lost by the ring buffer are counted where they are missing", () => {
    const first = tracePage(4096, SECOND, [{ delta: 0, content: p2m(1) }]);
    const second = tracePage(4096, 2n * SECOND, [{ delta: 0, content: p2m(2) }], 40);
    const third = tracePage(4096, 3n * SECOND, [{ delta: 0, content: p2m(3) }], -1);
    const log = readMade([Buffer.concat([first, second, third])]);
    const kinds = Array.from(log.batch.kind.subarray(0, log.batch.length));
    const { guestP2m, lost } = EventKind;
    expect(kinds).toEqual([guestP2m, lost, guestP2m, lost, guestP2m]);
    expect(log.stats.lost).toBe(41);
  });

  it("for which a full buffer had no room are counted by tracefs's statistics", () => {
    const page = tracePage(4096, SECOND, [{ delta: 0, content: p2m(1) }]);
    const log = readMade([page], { statistics: ["CPU: 0\nentries: 1\noverrun: 0\ndropped events: 17\n"] });
    expect(log.stats.lost).toBe(17);
  });

  it("of DMA give pages, bus addresses and sizes", () => {
    const page = record(11, 8, 64, (bytes) => {
      bytes.writeUInt32LE((13 << 16) | 48, 8);
      bytes.writeBigUInt64LE(0x107fd0000n, 16);
      bytes.writeBigUInt64LE(0xc78ea000n, 24);
      bytes.writeBigUInt64LE(4096n, 32);
      bytes.writeUInt32LE(2, 40);
      bytes.write("0000:00:01.0\0", 48, "latin1");
    });
    const sg = record(12, 8, 104, (bytes) => {
      bytes.writeUInt32LE((4 << 16) | 96, 8);
      bytes.writeInt32LE(3, 12);
      bytes.writeInt32LE(3, 16);
      bytes.writeUInt32LE((16 << 16) | 40, 24);
      bytes.writeUInt32LE((16 << 16) | 56, 28);
      bytes.writeUInt32LE((8 << 16) | 72, 32);
      bytes.writeUInt32LE(1, 36);
      [0x1000n, 0x2000n, 0x3000n, 0x4000n].forEach((word, i) => {
        bytes.writeBigUInt64LE(word, 40 + 8 * i);
      });
      bytes.writeUInt32LE(4096, 72);
      bytes.writeUInt32LE(512, 76);
      bytes.write("nvme", 96, "latin1");
    });
    const log = readMade([
      tracePage(
        4096,
        SECOND,
        [page, sg].map((content) => ({ delta: 0, content })),
      ),
    ]);
    expect(log.problems).toEqual([]);
    expect(log.written.map((line) => JSON.parse(line))).toMatchObject([
      {
        dir: "FROM_DEVICE",
        dev: "0000:00:01.0",
        segments: [{ phys: "0x107fd0000", bus: "0xc78ea000", size: 4096 }],
      },
      {
        dir: "TO_DEVICE",
        dev: "nvme",
        segments: [
          { phys: "0x1000", bus: "0x3000", size: 4096 },
          { phys: "0x2000", bus: "0x4000", size: 512 },
        ],
      },
    ]);
  });

  it("of marks are marks; of other events are counted by name", () => {
    const mark = record(5, 7, 40, (bytes) => bytes.write("step A\nmore\0", 16, "latin1"));
    const contents = [mark, record(13, 7, 8), record(99, 7, 8)];
    const log = readMade([
      tracePage(
        4096,
        SECOND,
        contents.map((content) => ({ delta: 0, content })),
      ),
    ]);
    expect(log.written).toEqual(['{"t":1,"ev":"mark","cpu":0,"pid":7,"comm":"two words","text":"step A"}']);
    expect([...log.stats.skipped]).toEqual([
      ["event sched_switch", 1],
      ["events without a format", 1],
    ]);
  });

  it("that do not fit their page or their format are problems with their byte, the rest is read", () => {
    const cut = tracePage(4096, SECOND, [
      { delta: 0, content: p2m(1) },
      { delta: 0, content: record(10, 7, 12) },
      { delta: 0, content: p2m(2) },
    ]);
    const overlong = tracePage(4096, 2n * SECOND, [{ delta: 0, content: p2m(3) }]);
    overlong.writeUInt32LE(5000, 20);
    const log = readMade([
      Buffer.concat([cut, overlong, tracePage(4096, 3n * SECOND, [{ delta: 0, content: p2m(4) }])]),
    ]);
    expect(log.written).toHaveLength(3);
    expect(log.problems).toEqual([
      expect.stringMatching(/^byte \d+: p2m: a record of 12 bytes, by its format 32$/),
      expect.stringMatching(/^byte \d+: a record of 4996 bytes does not fit its page/),
    ]);
  });

  it("have no time where the clock does not count nanoseconds", () => {
    const page = tracePage(4096, SECOND, [{ delta: 0, content: p2m(1) }]);
    const log = readMade([page], { clock: "counter" });
    expect(log.batch.time[0]).toBeNaN();
    expect([...log.stats.skipped]).toEqual([["times of the clock counter", 1]]);
  });
});

describe("a trace.dat that is not whole", () => {
  const whole = readWhole(traceDat, real);
  const forms = [real, traceDat7(partsOf(real)), traceDat7(partsOf(real), "zlib")];

  it("whose last CPU's data is cut gives what is there, and says so", () => {
    const log = readWhole(traceDat, real.subarray(0, real.length - 4096));
    expect(log.problems).toEqual([
      expect.stringMatching(/^byte \d+: the file ends inside the data of CPU 1/),
    ]);
    expect(log.written.length).toBeGreaterThan(0);
    expect(log.written.length).toBeLessThan(whole.written.length);
  });

  it("whose recorder was killed says so", () => {
    const file = traceDat7(partsOf(real));
    file.writeBigUInt64LE(0n, file.indexOf("none\x001\0") + 7);
    expect(readWhole(traceDat, file).problems).toEqual([
      expect.stringMatching(/^byte \d+: the recorder did not end/),
    ]);
  });

  it("whose CPUs claim the same data is not read again and again", () => {
    const parts = partsOf(real);
    const cpus = Array.from({ length: 50 }, (_, cpu) => ({ ...parts.cpus[0], cpu }));
    const file = traceDat6({ ...parts, cpus });
    const table = file.indexOf("flyrecord\0") + 10;
    for (let cpu = 1; cpu < 50; cpu++) file.copy(file, table + 16 * cpu, table, table + 16);
    const small = file.subarray(0, Math.ceil(table / 4096 + 1) * 4096 + parts.cpus[0].pages.length);
    const log = readWhole(traceDat, small);
    expect(log.problems.at(-1)).toMatch(/CPUs' data overlap/);
    expect(log.stats.events).toBeLessThan(1000);
  });

  it("never throws, never makes more events than it has words, and names places inside it", () => {
    const edits = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 8 });
    fc.assert(
      fc.property(fc.constantFrom(...forms), fc.nat(), edits, (form, cut, changes) => {
        const bytes = Buffer.from(form.subarray(0, cut % 3 === 0 ? cut % form.length : form.length));
        // Heads and tables make up little of a file, pages most of it.
        for (const [at, value] of changes) {
          if (bytes.length > 0)
            bytes[at % Math.min(bytes.length, at % 2 === 0 ? 12_000 : bytes.length)] = value;
        }
        const log = readWhole(traceDat, bytes);
        expect(log.batch.length).toBeLessThan(200_000);
        for (const { place } of log.stats.problems) expect(place).toBeLessThanOrEqual(form.length);
      }),
      { numRuns: 150 },
    );
  });
});
