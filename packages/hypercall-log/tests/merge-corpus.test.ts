import { describe, expect, test } from "vitest";
import { argumentShapeOf } from "../src/events/argument-shape.ts";
import { CallView } from "../src/events/call-view.ts";
import { EventKind, Recorded } from "../src/events/event-kind.ts";
import { GuestEntryView } from "../src/events/guest-entry-view.ts";
import { StringTable } from "../src/events/string-table.ts";
import { ftrace } from "../src/formats/ftrace/ftrace.ts";
import { hvclog } from "../src/formats/hvclog/hvclog.ts";
import { readCapture } from "./captures.ts";
import { enters, type MergeResult, merge, rows } from "./merged-log.ts";
import { readWhole, WholeLog } from "./read-log.ts";
import { readTrace } from "./trace-text.ts";

interface Expected {
  readonly shared: number;
  /** Bounds of the clock difference, trace minus module, as measured call by call. */
  readonly low: number;
  readonly high: number;
  readonly seconds: number;
}

const pairs: readonly (readonly [string, Expected])[] = [
  ["balloon", { shared: 18, low: 0.626033, high: 0.626047, seconds: 0.62604 }],
  ["gntdev", { shared: 34, low: 0.626034, high: 0.626046, seconds: 0.62604 }],
  ["gntdev-open", { shared: 6, low: 0.058755, high: 0.058792, seconds: 0.05877 }],
  ["debug-xen", { shared: 16, low: 0.022572, high: 0.022593, seconds: 0.02258 }],
  ["dma-4.20/gntdev", { shared: 2, low: -0.000041, high: 0.000119, seconds: 0 }],
  ["dma-4.20/blkback-part", { shared: 120, low: -0.000004, high: 0.000012, seconds: 0 }],
  ["dma-4.20/faulty", { shared: 11, low: -0.000015, high: 0.000013, seconds: 0 }],
];

function logsOf(name: string): { module: WholeLog; trace: WholeLog } {
  const strings = new StringTable();
  const read = (format: typeof ftrace, bytes: Uint8Array) => {
    const log = new WholeLog(strings);
    const reader = format.open(log);
    reader.push(bytes);
    reader.finish();
    return log;
  };
  return { module: read(hvclog, readCapture(name)), trace: read(ftrace, readTrace(name)) };
}

/** Everything a log held is in the result once, its own order kept. */
function expectWhole(result: MergeResult, log: WholeLog, source: number): void {
  const isCall = (kind: number) => kind === EventKind.enter || kind === EventKind.exit;
  const mine = rows(result, (row) => result.batch.source[row] === source && !isCall(result.batch.kind[row]));
  const theirs = rows(log, (row) => !isCall(log.batch.kind[row]));
  expect(mine.map((row) => result.batch.place[row])).toEqual(theirs.map((row) => log.batch.place[row]));
}

function callCount(log: WholeLog, kind: number): number {
  return rows(log, (row) => log.batch.kind[row] === kind).length;
}

describe.each(pairs)("%s", (name, { shared, low, high, seconds }) => {
  const { module, trace } = logsOf(name);

  test.each([
    ["module first", [module, trace], 1],
    ["trace first", [trace, module], -1],
  ])("every shared call is found, nothing is lost, each log keeps its order: %s", async (_, logs, sign) => {
    const result = await merge(logs);
    const [clock] = result.merged.clocks();
    expect(clock.shared).toBe(shared);
    expect(clock.seconds).toBeCloseTo(sign * seconds, 5);
    expect(Math.min(sign * clock.low!, sign * clock.high!)).toBeCloseTo(low, 6);
    expect(Math.max(sign * clock.low!, sign * clock.high!)).toBeCloseTo(high, 6);
    expect(callCount(result, EventKind.enter)).toBe(
      callCount(module, EventKind.enter) + callCount(trace, EventKind.enter) - shared,
    );
    expect(callCount(result, EventKind.exit)).toBe(callCount(result, EventKind.enter));
    logs.forEach((log, source) => {
      expectWhole(result, log, source);
    });
    expectOwnOrder(result, trace, logs.indexOf(trace));
  });

  test("calls have the module's whole lists, and time, place and source of the log named first", async () => {
    const result = await merge([trace, module]);
    const { batch } = result;
    let ops = 0;
    for (const row of enters(result).values()) {
      expect(batch.source[row]).toBe(0);
      if (argumentShapeOf(batch.nr[row], batch.cmd[row])?.subOp.argument !== "rows") continue;
      const view = inputOf(result, row);
      expect([view.recorded, view.rows]).toEqual([Recorded.fields, view.count]);
      ops += view.rows;
    }
    const mine = rows(trace, (row) => trace.batch.kind[row] === EventKind.enter);
    expect([...enters(result).values()].map((row) => batch.place[row])).toEqual(
      mine.map((row) => trace.batch.place[row]),
    );
    expect(ops).toBe(opsOf(module));
  });
});

function opsOf(log: WholeLog): number {
  return rows(log, (row) => log.batch.kind[row] === EventKind.enter && log.batch.nr[row] === 20).reduce(
    (sum, row) => sum + inputOf(log, row).rows,
    0,
  );
}

/** What a log has of an enter. */
function inputOf({ batch }: Pick<WholeLog, "batch">, row: number): CallView {
  const view = new CallView();
  view.loadRow(batch, row, argumentShapeOf(batch.nr[row], batch.cmd[row])?.in);
  return view;
}

/** The trace's other events stay between the same copies of its own thread's calls as in the trace. */
function expectOwnOrder(result: MergeResult, trace: WholeLog, source: number): void {
  const timeline = (log: WholeLog, ours: (row: number) => boolean) => {
    const { batch } = log;
    const done = new Map<number, number>();
    const seen: string[] = [];
    for (const row of rows(log)) {
      const pid = batch.pid[row];
      const kind = batch.kind[row];
      if (kind === EventKind.enter || kind === EventKind.exit) done.set(pid, (done.get(pid) ?? 0) + 1);
      else if (ours(row)) seen.push(`${batch.place[row]}: ${done.get(pid) ?? 0}`);
    }
    return seen;
  };
  expect(timeline(result, (row) => result.batch.source[row] === source)).toEqual(timeline(trace, () => true));
}

test("a map of one batch: the list is the module's, an unmap's erasures follow its exit", async () => {
  const { module, trace } = logsOf("gntdev");
  const result = await merge([module, trace]);
  const { batch } = result;
  const entry = new GuestEntryView();
  let open = false;
  let unmapped = -1;
  for (const row of rows(result)) {
    if (batch.nr[row] === 20 && batch.kind[row] === EventKind.enter) {
      expect(open).toBe(false);
      open = true;
      unmapped = -1;
    } else if (batch.nr[row] === 20 && batch.kind[row] === EventKind.exit) {
      open = false;
      unmapped = batch.cmd[row];
    } else if (batch.kind[row] === EventKind.guestP2m) {
      entry.load(batch, row);
      expect(unmapped).toBe(entry.isErased ? 1 : 0);
    }
  }
});

test("module, trace and the module's log again: three logs", async () => {
  const { module, trace } = logsOf("gntdev");
  const again = readWhole(hvclog, readCapture("gntdev"));
  const result = await merge([trace, module, again]);
  expect(result.merged.clocks().map((clock) => clock.shared)).toEqual([34, 34]);
  expect(callCount(result, EventKind.enter)).toBe(34);
  expect(result.batch.length).toBe(trace.batch.length);
});

test("a trace that lost events still meets the calls that both hold", async () => {
  const { module } = logsOf("gntdev");
  const bytes = readTrace("gntdev");
  const lines = new TextDecoder().decode(bytes).split("\n");
  const kept = lines.filter((line, i) => i < 12 || i % 7 !== 3 || line === "").join("\n");
  const trace = readWhole(ftrace, kept);
  const result = await merge([module, trace]);
  const whole = enters(trace).size;
  expect(result.merged.clocks()[0].shared).toBe(whole);
  expect(enters(result).size).toBe(34);
});
