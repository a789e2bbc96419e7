import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventKind } from "../../src/events/event-kind.ts";
import { bpftrace } from "../../src/formats/bpftrace/bpftrace.ts";
import { hvclog } from "../../src/formats/hvclog/hvclog.ts";
import { BPFTRACE_LINE_BYTES_MAX } from "../../src/limits.ts";
import { readWhole, type WholeLog } from "../read-log.ts";
import { readTrace } from "../trace-text.ts";

const recorded = Buffer.from(readTrace("bpftrace", "hvc.txt")).toString("latin1");

/** What calls say, without times, CPUs and what only one of two recorders notes. */
function calls(log: WholeLog): unknown[] {
  return log.written.map((line) => {
    const { t: _t, cpu: _c, id: _i, via: _v, ...rest } = JSON.parse(line);
    return rest;
  });
}

const read = (...lines: string[]) => readWhole(bpftrace, lines.map((line) => `${line}\n`).join(""));
const enter = "E 1000 memory_op 6 w0=ffff800009fec150 w1=2 w2=0 w3=7ff0 cpu=1 xen balloon 39";

describe("bpftrace's lines", () => {
  it("of a recorded run hold what the kernel module recorded beside it", () => {
    expect(bpftrace.sniff(Buffer.from(recorded))).toBe(true);
    const log = readWhole(bpftrace, recorded);
    expect(log.problems).toEqual([]);
    expect(calls(log)).toEqual(calls(readWhole(hvclog, readTrace("bpftrace", "hvclog.jsonl"))));
  });

  it("give the same log whatever the pieces in which they come", () => {
    const whole = readWhole(bpftrace, recorded).written;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (size) => {
        expect(readWhole(bpftrace, recorded, size).written).toEqual(whole);
      }),
      { numRuns: 10 },
    );
  });

  it("out of all order give the same log, too, whatever the pieces", () => {
    const late =
      "E 4417483953232 memory_op 1  3245\nE 441821308784 memory_op 6 w0=f00 w1=1  3245\nX 441821308784 0 adad2\nR 441821308784 1\n";
    const [whole, pieces] = [readWhole(bpftrace, late), readWhole(bpftrace, late, 7)];
    expect(pieces.written).toEqual(whole.written);
    expect([...whole.batch.words.subarray(0, whole.batch.wordsUsed)]).toContain(0xadad2);
  });

  it("of a hypercall with a number that none has are none of the recorder's", () => {
    const read = readWhole(bpftrace, "E 442053201408 hypercall 0 18446744073709551613  3245\n");
    expect([read.batch.length, read.problems.length]).toEqual([0, 1]);
  });

  it("of several CPUs come in the order of their times", () => {
    const log = read(
      enter.replace("1000", "9000"),
      "R 9000 0 9900",
      "P 9500 107fd0 c78ea 1 cpu=0 gnt 160",
      "E 8000 grant_table_op 0 1 cpu=0 gnt 160",
      "R 8000 0 8500",
    );
    expect([log.problems, log.batch.length]).toEqual([[], 5]);
    expect([...log.batch.time.subarray(0, 5)].map((t) => Math.round(t * 1e9))).toEqual([
      8000, 8500, 9000, 9500, 9900,
    ]);
    expect([...log.batch.kind.subarray(0, 5)]).toEqual([
      EventKind.enter,
      EventKind.exit,
      EventKind.enter,
      EventKind.guestP2m,
      EventKind.exit,
    ]);
  });

  it("say by whom and where a call was made, and a name may hold blanks", () => {
    const log = read(enter, "X 1000 0 d5d31", "X 1000 1 d5d30", "R 1000 2 1500");
    expect(log.written).toEqual([
      '{"t":0.000001,"id":1,"ev":"enter","cpu":1,"pid":39,"comm":"xen balloon","nr":12,"cmd":6,"args":{"domid":"0x7ff0","extent_order":0,"mem_flags":0,"nr_extents":2,"extents":["0xd5d31","0xd5d30"]}}',
      '{"t":0.0000015,"id":1,"ev":"exit","cpu":1,"pid":39,"comm":"xen balloon","ret":2}',
    ]);
  });

  it("tell the errors of a batch and the frames of a resource", () => {
    const log = read(
      "E 1 privcmd:memory_op 23 w0=200040001 w1=1 w2=10 w3=20 w4=30 w5=0 cpu=0 xl 7",
      "I 1 0 40000",
      "I 1 1 40001",
      "G 1 0 c9644",
      "G 1 1 c9645",
      "R 1 0 2",
      "Z 1 0 200040001 1 10 20 30",
      "V 1 0 0",
      "V 1 1 ffffffffffffffea",
    );
    expect(log.problems).toEqual([]);
    expect(log.written[0]).toContain('"via":"privcmd"');
    expect(log.written[0]).toContain('"gpfns":["0xc9644","0xc9645"]');
    expect(log.written[1]).toContain('"errs":[0,-22]');
    const resource = read("E 1 privcmd:memory_op 28 w0=10001 w1=1 w2=0 w3=7000 cpu=0 xl 7", "X 1 0 105c15");
    expect(resource.written[0]).toContain('"frame_list":["0x105c15"]');
  });

  it("read the words of every grant op", () => {
    const log = read(
      "E 1 grant_table_op 5 1 cpu=0 netback 7",
      "W 1 0 8 8000000 c1c6f 8007ff0 100400000",
      "R 1 0 2",
      "Z 1 0 8 8000000 c1c6f 8007ff0 fff7000100400000",
    );
    expect([log.problems, log.batch.length]).toEqual([[], 2]);
    expect(log.written[0]).toContain('"cmd":5');
  });

  it("name what was lost, before all that is not sure any more", () => {
    const log = read(enter, "Lost 12 events", "X 1000 1 d5d30", "R 1000 2 1500");
    expect([log.stats.lost, log.batch.kind[0]]).toEqual([12, EventKind.lost]);
    expect([...log.stats.skipped]).toEqual([["lines behind lost ones of a list", 1]]);
    expect(log.written[1]).not.toContain("0xd5d30");
  });

  it("tell of a loss where its CPU goes on, whatever the order in which the CPUs' lines come", () => {
    const later = "P 9000 87fff c78ea 1 cpu=3 gnt 160";
    const log = read(
      later,
      enter,
      "X 1000 0 d5d30",
      "R 1000 1 1500",
      "Lost 2 events",
      "Lost 3 events",
      "P 5000 87ffe c78eb 1 cpu=2 gnt 160",
    );
    const { enter: entry, exit, lost, guestP2m } = EventKind;
    expect([...log.batch.kind.subarray(0, log.batch.length)]).toEqual([
      entry,
      exit,
      lost,
      guestP2m,
      guestP2m,
    ]);
    expect([log.batch.cpu[2], log.stats.lost, log.stats.events]).toEqual([2, 5, 5]);
    expect(read(enter, "Lost 4 events").written[1]).toContain('"count":4');
  });

  it("join a return to the call of its own number only", () => {
    const log = read(enter, enter.replace("1000", "2000"), "R 3000 0 4000", "R 2000 2 2500");
    const ids = log.written.map((line) => [JSON.parse(line).ev, JSON.parse(line).id]);
    expect(ids).toEqual([
      ["enter", 1],
      ["enter", 2],
      ["exit", 2],
      ["exit", 3],
    ]);
  });

  it.each([
    ["E 1 memory_op", "line 1: no line of the recorder"],
    ["X 1 0 xyz", "line 1: no line of the recorder"],
    ["E 1 memory_op 1 w1=0 w0=1 cpu=0 a 1", "line 1: no line of the recorder"],
    [`E 1 ${"x".repeat(BPFTRACE_LINE_BYTES_MAX)}`, "line 1: a line of more than 65536 bytes"],
    ["hello", "line 1: no line of the recorder"],
  ])("that are none of the recorder's are named: %s", (line, message) => {
    const log = read(line, enter, "R 1000 2 1500");
    expect(log.problems).toEqual([expect.stringContaining(message)]);
    expect(log.batch.length).toBe(2);
  });

  it("that end within a line are read up to it", () => {
    const log = readWhole(bpftrace, `${enter}\nX 1000 0 d5d31\nX 1000 1 d5d`);
    expect([log.stats.truncated, log.problems]).toEqual([
      true,
      ["line 3: the last line does not end and was left out"],
    ]);
    expect(log.written[0]).toContain('"extents":["0xd5d31"]');
  });

  it("cost bounded memory and time, whatever they are", () => {
    const letters = fc.constantFrom("E", "X", "I", "G", "V", "W", "Z", "M", "U", "S", "R", "P", "Lost");
    const number = fc.oneof(
      fc.constantFrom("0", "1", "2", "18446744073709551615", "-1"),
      fc.nat().map(String),
    );
    const word = fc.oneof(
      number,
      fc.constantFrom("memory_op", "grant_table_op", "w0=1", "cpu=1", "events", ""),
    );
    const line = fc.tuple(letters, fc.array(word, { maxLength: 8 })).map(([a, b]) => [a, ...b].join(" "));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
        const log = read(...lines);
        expect(log.batch.length).toBeLessThanOrEqual(lines.length);
        expect(log.written.length).toBe(log.batch.length);
      }),
      { numRuns: 300 },
    );
  });
});
