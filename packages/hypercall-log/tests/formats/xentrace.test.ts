import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventKind } from "../../src/events/event-kind.ts";
import { hvclog } from "../../src/formats/hvclog/hvclog.ts";
import { xentrace } from "../../src/formats/xentrace/xentrace.ts";
import { readWhole, type WholeLog } from "../read-log.ts";
import { readTrace } from "../trace-text.ts";

const recorded = Buffer.from(readTrace("xentrace-mem", "xt.bin"));

/** A record: event, data words, a counter where one is wanted. */
function record(event: number, words: readonly number[], counter = false): Buffer {
  const all = [
    ((words.length << 28) | event | (counter ? 0x80000000 : 0)) >>> 0,
    ...(counter ? [7, 0] : []),
    ...words,
  ];
  const bytes = Buffer.alloc(4 * all.length);
  for (const [i, word] of all.entries()) bytes.writeUInt32LE(word >>> 0, 4 * i);
  return bytes;
}

/** A CPU's window with these records. */
function window(cpu: number, ...records: readonly Buffer[]): Buffer {
  const inside = Buffer.concat(records);
  return Buffer.concat([record(0x1f003, [cpu, inside.length]), inside]);
}

const decrease = record(0x10f005, [0xcd918, 0, 0, 0]);
const map = record(0x10f001, [0], true);

/** Frames of the calls of a sub-op. */
function frames(log: WholeLog, cmd: number): string[] {
  return log.written.flatMap((line) => {
    const event = JSON.parse(line);
    return event.ev === "enter" && event.nr === 12 && event.cmd === cmd ? (event.args?.extents ?? []) : [];
  });
}

describe("xentrace's file", () => {
  it("of a recorded run holds the frames that the kernel module saw taken, in their order, and counts the grants", () => {
    expect(xentrace.sniff(recorded)).toBe(true);
    const log = readWhole(xentrace, recorded);
    expect([log.problems, [...log.stats.skipped]]).toEqual([[], []]);
    const module = frames(readWhole(hvclog, readTrace("xentrace-mem", "hvclog.jsonl")), 1);
    // The module recorded before xentrace began, too.
    expect(frames(log, 1)).toHaveLength(991);
    expect(module.join(" ")).toContain(frames(log, 1).join(" "));
    // 1224 records: five windows, 991 extents, 114 maps and as many unmaps; each call has two events.
    expect(log.stats.events).toBe(2 * (991 + 114 + 114));
  });

  it("has as many records of each kind as Xen's own xenalyze prints (4.20.4, --dump-all)", () => {
    const { written } = readWhole(xentrace, recorded);
    const kinds = new Map<string, number>();
    for (const line of written) {
      const { ev, nr, cmd } = JSON.parse(line);
      if (ev === "enter") kinds.set(`${nr}.${cmd}`, (kinds.get(`${nr}.${cmd}`) ?? 0) + 1);
    }
    // decrease_reservation, grant-map, grant-unmap.
    expect(Object.fromEntries(kinds)).toEqual({ "12.1": 991, "20.0": 114, "20.1": 114 });
  });

  it("says plainly what it cannot know", () => {
    const { warnings } = readWhole(xentrace, recorded).stats;
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^228 of 1219 memory records tell of grants.*neither gfn nor ref nor handle.*cannot be replayed fully.*xgt capture/,
      ),
    ]);
  });

  it("gives records the CPU of their window, and counts the other classes", () => {
    const log = readWhole(
      xentrace,
      Buffer.concat([window(1, decrease, record(0x2f001, [1])), window(0, map)]),
    );
    expect([log.problems, [...log.stats.skipped]]).toEqual([[], [["records of the class scheduler", 1]]]);
    expect([...log.batch.cpu.subarray(0, 4)]).toEqual([1, 1, 0, 0]);
    expect(log.written[2]).toContain('"nr":20,"cmd":0');
  });

  it("tells of lost records, with their CPU", () => {
    const log = readWhole(xentrace, window(3, record(0x1f001, [0x84b1b, 0x7fff, 1, 0], true), decrease));
    expect([log.stats.lost, log.batch.kind[0], log.batch.cpu[0]]).toEqual([0x84b1b, EventKind.lost, 3]);
  });

  it.each([
    ["a record outside of any CPU's window", Buffer.concat([window(0, decrease), decrease]), 32],
    ["a record reaches over its CPU's window", Buffer.concat([record(0x1f003, [0, 8]), decrease]), 12],
    [
      "a CPU's window begins 100 bytes before another one's end",
      Buffer.concat([record(0x1f003, [0, 100]), window(1)]),
      12,
    ],
    ["a window of CPU 4294967295: no machine has so many", record(0x1f003, [0xffffffff, 8]), 0],
  ])("names the byte from which it cannot be followed: %s", (message, bytes, place) => {
    const log = readWhole(xentrace, bytes);
    expect([log.stats.truncated, log.problems[0]]).toEqual([true, `byte ${place}: ${message}`]);
  });

  it("is read up to the byte at which it was cut", () => {
    const file = Buffer.concat([window(0, decrease, map), window(1, decrease)]);
    const whole = readWhole(xentrace, file).written;
    for (let cut = 1; cut < file.length; cut++) {
      const log = readWhole(xentrace, file.subarray(0, cut));
      expect(log.written).toEqual(whole.slice(0, log.written.length));
      const isWhole = cut === window(0, decrease, map).length;
      expect([cut, log.stats.truncated]).toEqual([cut, !isWhole]);
    }
  });

  it("gives the same whatever the pieces, and bounded work for any bytes", () => {
    const whole = readWhole(xentrace, recorded).written;
    for (const size of [1, 7, 4096])
      expect(readWhole(xentrace, recorded.subarray(0, 3000), size).written).toEqual(
        whole.slice(0, readWhole(xentrace, recorded.subarray(0, 3000)).written.length),
      );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const log = readWhole(xentrace, Buffer.concat([record(0x1f003, [0, 64]), bytes]));
        expect(log.batch.length).toBeLessThanOrEqual(2 * (bytes.length / 4 + 1));
      }),
      { numRuns: 200 },
    );
  });
});
