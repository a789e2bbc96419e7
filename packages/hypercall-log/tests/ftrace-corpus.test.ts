import { describe, expect, test } from "vitest";
import { argumentShapeOf, fieldIndex } from "../src/events/argument-shape.ts";
import { CallView } from "../src/events/call-view.ts";
import { EventKind, Recorded } from "../src/events/event-kind.ts";
import { ftrace } from "../src/formats/ftrace/ftrace.ts";
import { hvclog } from "../src/formats/hvclog/hvclog.ts";
import { readCapture } from "./captures.ts";
import { readWhole, recordedOf, type WholeLog } from "./read-log.ts";
import { readTrace, traces } from "./trace-text.ts";

function rowsOf({ batch }: WholeLog, kind: number): number[] {
  return Array.from({ length: batch.length }, (_, row) => row).filter((row) => batch.kind[row] === kind);
}

function counts(log: WholeLog) {
  const count = (kind: number) => rowsOf(log, kind).length;
  return {
    calls: count(EventKind.enter),
    returns: count(EventKind.exit),
    guestP2m: count(EventKind.guestP2m),
    dma: count(EventKind.dma),
    marks: count(EventKind.mark),
    lost: log.stats.lost,
  };
}

const none = { calls: 0, returns: 0, guestP2m: 0, dma: 0, marks: 0, lost: 0 };
const expected: Record<(typeof traces)[number], typeof none> = {
  balloon: { ...none, calls: 18, returns: 18 },
  "debug-xen": { ...none, calls: 16, returns: 16, guestP2m: 228 },
  "dma-4.20/blkback-part": { ...none, calls: 120, returns: 120, guestP2m: 70, dma: 179 },
  "dma-4.20/faulty": { ...none, calls: 11, returns: 11, guestP2m: 4, dma: 616, marks: 14 },
  "dma-4.20/gntdev": { ...none, calls: 2, returns: 2, guestP2m: 96, dma: 1167, marks: 11 },
  gntdev: { ...none, calls: 34, returns: 34, guestP2m: 954 },
  "gntdev-open": { ...none, calls: 6, returns: 6, guestP2m: 25 },
  "lost-events": { ...none, calls: 13, returns: 13, guestP2m: 200, lost: 36 },
};

describe("every trace of the corpus", () => {
  test.each(traces)("%s", (name) => {
    const bytes = readTrace(name);
    expect(ftrace.sniff(bytes.subarray(0, 65536))).toBe(true);
    const log = readWhole(ftrace, bytes);
    expect(counts(log)).toEqual(expected[name]);
    expect(log.problems).toEqual([]);
    expect([...log.stats.skipped]).toEqual([]);
    expect(log.stats.truncated).toBe(false);
  });

  test("trace_pipe with 292 notes of lost events", () => {
    const log = readWhole(ftrace, readTrace("lost-events", "trace_pipe.txt"));
    expect(rowsOf(log, EventKind.lost)).toHaveLength(292);
    expect(counts(log)).toMatchObject({ calls: 832, returns: 831, lost: 10839 });
    expect(log.problems).toEqual([]);
    expect([...log.stats.skipped]).toEqual([["lists of which a part is missing", 10]]);
  });
});

/** Everything that the trace has of a call stands in the module's log too. */
function expectAgreement(trace: WholeLog, a: number, log: WholeLog, b: number): void {
  const { batch } = trace;
  const other = log.batch;
  const kind = batch.kind[a];
  for (const name of ["nr", "cmd", "start", "pid", "via"] as const) {
    if (name !== "via" || kind === EventKind.enter) expect(batch[name][a]).toBe(other[name][b]);
  }
  if (kind === EventKind.exit) expect(batch.ret[a]).toBe(other.ret[b]);
  const shape = argumentShapeOf(batch.nr[a], batch.cmd[a])!;
  const half = kind === EventKind.enter ? shape.in : shape.out;
  const mine = new CallView();
  const theirs = new CallView();
  mine.loadRow(batch, a, half);
  theirs.loadRow(other, b, half);
  if (mine.recorded !== Recorded.fields) return;
  expect([theirs.recorded, theirs.count]).toEqual([Recorded.fields, mine.count]);
  for (let row = 0; row < mine.rows; row++) {
    half.fields.forEach((field, index) => {
      if (!mine.has(row, index) || !theirs.has(row, index)) return;
      expect(mine.s64(row, index), field.name).toBe(theirs.s64(row, index));
    });
  }
  if (half.lists.length !== 1) return;
  const elements = (view: CallView) =>
    Array.from({ length: mine.listLength(0) }, (_, index) => view.listAt(0, index));
  expect(elements(mine)).toEqual(elements(theirs));
}

describe("trace and module's log of the same run agree on what both hold", () => {
  test.each(traces.filter((name) => name !== "lost-events"))("%s", (name) => {
    const trace = readWhole(ftrace, readTrace(name));
    const log = readWhole(hvclog, readCapture(name));
    for (const kind of [EventKind.enter, EventKind.exit]) {
      const mine = rowsOf(trace, kind);
      // Per thread: two threads' calls may stand in either order.
      for (const pid of new Set(mine.map((row) => trace.batch.pid[row]))) {
        const theirs = rowsOf(log, kind).filter((row) => log.batch.pid[row] === pid);
        mine
          .filter((row) => trace.batch.pid[row] === pid)
          .forEach((row, index) => {
            expectAgreement(trace, row, log, theirs[index]);
          });
      }
    }
  });

  test("lists of 512 frames are whole: 18 calls, 4607 frames out and in", () => {
    const log = readWhole(ftrace, readTrace("balloon"));
    const frames = [0, 0, 0, 0, 0, 0, 0];
    for (const row of rowsOf(log, EventKind.enter)) {
      const shape = argumentShapeOf(12, log.batch.cmd[row])!;
      const view = new CallView();
      view.loadRow(log.batch, row, shape.in);
      const declared = view.u64(0, fieldIndex(shape.in, "nr_extents"));
      expect(view.listLength(0)).toBe(declared);
      frames[log.batch.cmd[row]] += declared;
    }
    expect(frames).toEqual([0, 4607, 0, 0, 0, 0, 4607]);
  });

  test("the place of a call is that of its entry event printed last", () => {
    const log = readWhole(ftrace, readTrace("balloon"));
    const [first] = rowsOf(log, EventKind.enter);
    expect([log.batch.place[first], log.batch.time[first]]).toEqual([14, 10.512064]);
  });

  test("a debug Xen's returns have no results", () => {
    const log = readWhole(ftrace, readTrace("debug-xen"));
    for (const row of rowsOf(log, EventKind.exit)) {
      expect(recordedOf(log, row)).toBe(Recorded.nothing);
    }
  });
});

test("faulty, as NDJSON", () => {
  const lines = readWhole(ftrace, readTrace("dma-4.20/faulty")).written;
  const at = (time: string) => lines.filter((line) => line.startsWith(`{"t":${time},`));
  const task = '"cpu":1,"pid":195,"comm":"dmag"';
  expect(at("14.692262")).toEqual([
    `{"t":14.692262,"id":6,"ev":"enter",${task},"via":"privcmd","nr":12,"cmd":6,` +
      '"args":{"domid":"0x7ff0","extent_order":0,"mem_flags":0,"nr_extents":1,"extents":["0xc1f96"]}}',
  ]);
  expect(at("14.697029")).toEqual([
    `{"t":14.697029,"id":7,"ev":"exit",${task},"ret":0,"ops":[{"status":0}]}`,
  ]);
  expect(at("14.703101")).toEqual([
    `{"t":14.703101,"ev":"guest_p2m",${task},"pfn":"0x107fd0","mfn":"0xffffffffffffffff","nr":1}`,
  ]);
  expect(at("14.700227")).toHaveLength(1);
  expect(JSON.parse(at("14.700227")[0])).toMatchObject({
    ev: "dma",
    op: "map",
    dir: "TO_DEVICE",
    dev: "0000:00:01.0",
    segments: [{ phys: "0x107fd1000", bus: "0xc78e5000", size: 4096 }],
  });
});

test("a grant call that Xen interrupted returns with its pointer moved on: same call, no result of the first op", () => {
  const log = readWhole(ftrace, readTrace("gntdev"));
  const [exit] = rowsOf(log, EventKind.exit).filter((row) => log.batch.time[row] === 29.786782);
  const [enter] = rowsOf(log, EventKind.enter).filter((row) => log.batch.call[row] === log.batch.call[exit]);
  expect(log.batch.time[enter]).toBe(29.781552);
  expect(recordedOf(log, exit)).toBe(Recorded.nothing);
});
