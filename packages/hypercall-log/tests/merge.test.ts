import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EventKind } from "../src/events/event-kind.ts";
import { StringTable } from "../src/events/string-table.ts";
import { type MergeResult, merge, rows } from "./merged-log.ts";
import { type Happening, type Recorder, record, runOf } from "./synthetic-run.ts";

const { enter, exit } = EventKind;
const isHalf = (kind: number) => kind === enter || kind === exit;

const jitter = fc.array(fc.integer({ min: 5, max: 300 }), { minLength: 1, maxLength: 5 });

/** Two recorders of one run, one inside the calls and one around them, each missing some calls. */
function recorders(run: readonly Happening[], draw: fc.GeneratorValue): readonly [Recorder, Recorder] {
  const ids = [...new Set(run.filter(({ kind }) => isHalf(kind)).map(({ id }) => id))];
  const missed = () => new Set(draw(fc.subarray, ids, { maxLength: ids.length >> 2 }));
  const inner = missed();
  const outer = new Set([...missed()].filter((id) => !inner.has(id)));
  const one: Recorder = {
    misses: inner,
    inside: draw(() => jitter),
    ahead: 0,
    callsOnly: true,
    times: true,
    results: true,
  };
  const other: Recorder = {
    misses: outer,
    inside: draw(() => jitter).map((us) => -us),
    ahead: draw(fc.integer, { min: -3_000_000, max: 3_000_000 }),
    callsOnly: false,
    times: true,
    results: false,
  };
  return [one, other];
}

/** What a merged log holds, in order: kind and id. */
function order({ batch }: MergeResult): [number, number][] {
  return Array.from({ length: batch.length }, (_, row) => [batch.kind[row], batch.place[row]]);
}

const key = ([kind, id]: readonly [number, number]) => `${kind} ${id}`;
const keyOf = ({ kind, id }: Happening) => key([kind, id]);

/**
 * What one log says of the order of two events that no other order may contradict: anything before an entry, anything
 * after a return, all that is no call, all of one thread.
 */
function mustPrecede(a: Happening, b: Happening): boolean {
  return a.pid === b.pid || ((a.kind === exit || !isHalf(a.kind)) && (b.kind === enter || !isHalf(b.kind)));
}

function expectKept(merged: readonly string[], log: readonly Happening[]): void {
  const at = new Map(merged.map((text, index) => [text, index]));
  log.forEach((event, index) => {
    const place = at.get(keyOf(event));
    expect(place, `${keyOf(event)} is there`).toBeDefined();
    for (const later of log.slice(index + 1)) {
      if (!mustPrecede(event, later)) continue;
      expect(at.get(keyOf(later))!, `${keyOf(event)} before ${keyOf(later)}`).toBeGreaterThan(place!);
    }
  });
}

describe("two recordings of one run", () => {
  test.each([1, 3])(
    "%d threads: every call once, each log's order, the run's own order of calls",
    async (threads) => {
      await fc.assert(
        fc.asyncProperty(runOf(threads), fc.gen(), fc.boolean(), async (run, draw, swapped) => {
          const strings = new StringTable();
          const [one, other] = recorders(run, draw);
          const logs = [record(run, one, strings), record(run, other, strings)];
          if (swapped) logs.reverse();
          const result = await merge(logs);
          const merged = order(result).map(key);
          expect(new Set(merged).size).toBe(merged.length);
          const all = run.filter((event) => logs.some((log) => log.order.includes(event)));
          expect([...merged].sort()).toEqual(all.map(keyOf).sort());
          for (const log of logs) expectKept(merged, log.order);
          if (threads === 1) expect(merged).toEqual(all.map(keyOf));
          const shared = logs[0].order.filter(
            (event) => event.kind === enter && logs[1].order.includes(event),
          );
          expect(result.merged.clocks()[0].shared).toBe(shared.length);
        }),
        { seed: 5, numRuns: 250 },
      );
    },
  );

  test("without times the sequence of calls is enough", async () => {
    await fc.assert(
      fc.asyncProperty(runOf(1), jitter, async (run, inside) => {
        const strings = new StringTable();
        const how: Recorder = {
          misses: new Set(),
          inside,
          ahead: 0,
          callsOnly: true,
          times: false,
          results: true,
        };
        const logs = [
          record(run, how, strings),
          record(run, { ...how, callsOnly: false, results: false }, strings),
        ];
        const result = await merge(logs);
        expect(order(result).map(key)).toEqual(run.map(keyOf));
        expect(result.merged.clocks()[0]).toMatchObject({ seconds: 0, low: null, high: null });
      }),
      { seed: 6, numRuns: 100 },
    );
  });

  test("without times, a log that began after many calls", async () => {
    const strings = new StringTable();
    const run: Happening[] = [];
    for (let id = 1; id <= 300; id++) {
      const shared = { id, pid: 7, frame: id };
      run.push({ ...shared, kind: enter, time: id * 1000 }, { ...shared, kind: exit, time: id * 1000 + 300 });
    }
    const how: Recorder = {
      misses: new Set(),
      inside: [10],
      ahead: 0,
      callsOnly: true,
      times: false,
      results: true,
    };
    const late = record(run.slice(340), how, strings);
    const result = await merge([record(run, how, strings), late]);
    expect(result.merged.clocks()[0].shared).toBe(130);
    expect(order(result)).toHaveLength(600);
  });

  test("a clock that drifts", async () => {
    const strings = new StringTable();
    // A call every 10 ms for 40 s, the second clock 200 parts per million fast.
    const run: Happening[] = [];
    for (let i = 1; i <= 4000; i++) {
      const shared = { id: i, pid: 7, frame: i % 3 };
      run.push(
        { ...shared, kind: enter, time: i * 10_000 },
        { ...shared, kind: exit, time: i * 10_000 + 2000 },
      );
    }
    const how: Recorder = {
      misses: new Set(),
      inside: [30],
      ahead: 0,
      callsOnly: true,
      times: true,
      results: true,
    };
    const first = record(run, how, strings);
    const second = record(run, { ...how, inside: [-20], misses: new Set([5, 6, 7, 1000, 3999]) }, strings);
    for (let row = 0; row < second.batch.length; row++) second.batch.time[row] *= 1.0002;
    const result = await merge([first, second]);
    expect(order(result).map(key)).toEqual(run.map(keyOf));
    expect(result.merged.clocks()[0].shared).toBe(3995);
  });

  test("a clock that is set meanwhile", async () => {
    const strings = new StringTable();
    const run: Happening[] = [];
    for (let i = 1; i <= 400; i++) {
      const shared = { id: i, pid: 7, frame: i };
      run.push(
        { ...shared, kind: enter, time: i * 10_000 },
        { ...shared, kind: exit, time: i * 10_000 + 2000 },
      );
    }
    const how: Recorder = {
      misses: new Set(),
      inside: [30],
      ahead: 0,
      callsOnly: true,
      times: true,
      results: true,
    };
    const first = record(run, how, strings);
    const second = record(run, { ...how, inside: [-20] }, strings);
    for (let row = 400; row < second.batch.length; row++) second.batch.time[row] += 50;
    const result = await merge([first, second]);
    // Calls at the jump may stand alone until the new difference is known; the others are found.
    expect(result.merged.clocks()[0].shared).toBeGreaterThan(380);
  });

  test("--skew places what no call holds, and says so", async () => {
    const strings = new StringTable();
    const base = { pid: 7, frame: 0 };
    const calls: Happening[] = [1, 2, 3].flatMap((id) => [
      { ...base, id, kind: enter, time: id * 1e6 },
      { ...base, id, kind: exit, time: id * 1e6 + 500_000 },
    ]);
    const others: Happening[] = [1.7, 2.7].map((s, i) => ({
      ...base,
      id: 10 + i,
      kind: EventKind.guestP2m,
      time: s * 1e6,
    }));
    const how: Recorder = {
      misses: new Set(),
      inside: [0],
      ahead: 0,
      callsOnly: false,
      times: true,
      results: true,
    };
    const logs = [record(calls, how, strings), record(others, { ...how, ahead: 5_000_000 }, strings)];
    const result = await merge(logs, { skew: new Map([[1, 5]]) });
    expect(order(result).map(([, id]) => id)).toEqual([1, 1, 10, 2, 2, 11, 3, 3]);
    expect(
      rows(result, (row) => result.batch.source[row] === 1).map((row) => result.batch.time[row]),
    ).toEqual([1.7, 2.7]);
    expect(result.merged.clocks()).toEqual([
      { path: "log 1", shared: 0, seconds: 5, given: true, low: null, high: null },
    ]);
    const unknown = await merge([
      record(calls, how, strings),
      record(others, { ...how, ahead: 5_000_000 }, strings),
    ]);
    expect(order(unknown).map(([, id]) => id)).toEqual([1, 1, 2, 2, 3, 3, 10, 11]);
  });
});

test("a rounded --skew still finds the shared calls, and places what lies between them", async () => {
  const strings = new StringTable();
  const run: Happening[] = [1, 2, 3].flatMap((id) => [
    { id, kind: enter, time: id * 10_000, pid: 7, frame: 1 },
    { id, kind: exit, time: id * 10_000 + 2000, pid: 7, frame: 1 },
    { id: 10 + id, kind: EventKind.guestP2m, time: id * 10_000 + 3000, pid: 7, frame: 1 },
  ]);
  const how: Recorder = {
    misses: new Set(),
    inside: [30],
    ahead: 0,
    callsOnly: true,
    times: true,
    results: true,
  };
  const logs = [
    record(run, how, strings),
    record(run, { ...how, inside: [-20], ahead: 626_040, callsOnly: false }, strings),
  ];
  const result = await merge(logs, { skew: new Map([[1, 0.6]]) });
  expect(order(result).map(key)).toEqual(run.map(keyOf));
  expect(result.merged.clocks()[0]).toMatchObject({ shared: 3, seconds: 0.6, given: true });
});

describe("logs that disagree on the order of calls of different threads", () => {
  const strings = new StringTable();
  const half = (id: number, kind: number): Happening => ({ id, kind, time: 0, pid: id, frame: id });
  /** A log of these events in this order, one microsecond apart. */
  const logOf = (...events: Happening[]) =>
    record(
      events.map((event, i) => ({ ...event, time: 1_000_000 + i })),
      { misses: new Set(), inside: [0], ahead: 0, callsOnly: false, times: true, results: true },
      strings,
    );
  const p2m = (id: number, pid: number): Happening => ({ ...half(id, EventKind.guestP2m), pid });

  test("two entries in contrary order: one call counts from its later entry", async () => {
    const result = await merge([
      logOf(half(1, enter), half(2, enter), half(1, exit), half(2, exit)),
      logOf(half(2, enter), half(1, enter), half(2, exit), half(1, exit)),
    ]);
    const merged = order(result).map(key);
    expect([...merged].sort()).toEqual([...new Set(merged)].sort());
    expect(merged).toHaveLength(4);
    expect(result.merged.clocks()[0].shared).toBe(2);
  });

  test("a return before an entry in one log: kept, where the other log has them the other way round", async () => {
    // Inside the calls, 1 returns before 2 begins; around them they overlap. Event 9 follows the return of 1.
    const inner = logOf(half(1, enter), half(1, exit), half(2, enter), half(2, exit));
    const outer = logOf(half(1, enter), half(2, enter), half(1, exit), p2m(9, 1), half(2, exit));
    for (const logs of [
      [inner, outer],
      [outer, inner],
    ]) {
      const merged = order(await merge(logs)).map(([, id]) => id);
      expect(merged.slice(0, 3)).toEqual([1, 1, 2]);
      expect([...merged].sort()).toEqual([1, 1, 2, 2, 9]);
      expect(merged.indexOf(9)).toBeGreaterThan(1);
    }
  });

  test("orders that no run can have: two calls were taken for one, nothing is lost", async () => {
    const result = await merge([
      logOf(half(1, enter), half(1, exit), half(2, enter), half(2, exit)),
      logOf(half(2, enter), half(2, exit), half(1, enter), half(1, exit)),
    ]);
    const { batch } = result;
    const ids = rows(result, (row) => batch.kind[row] === enter).map((row) => batch.call[row]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBe(3);
    expect(rows(result, (row) => batch.kind[row] === exit)).toHaveLength(3);
  });
});

describe("what a merged log says", () => {
  const strings = new StringTable();
  const how: Recorder = {
    misses: new Set(),
    inside: [10],
    ahead: 0,
    callsOnly: false,
    times: true,
    results: true,
  };
  const run: Happening[] = [1, 2].flatMap((id) => [
    { id, kind: enter, time: id * 1000, pid: 7, frame: id },
    { id, kind: exit, time: id * 1000 + 500, pid: 7, frame: id },
  ]);

  test("a call has the members that either log has", async () => {
    const poor = record(run, { ...how, inside: [-10], results: false }, strings);
    const rich = record(run, how, strings);
    for (const logs of [
      [poor, rich],
      [rich, poor],
    ]) {
      const lines = (await merge(logs)).written.map((line) => JSON.parse(line));
      expect(lines[0].args).toEqual({ count: 2, ops: [{ host_addr: "0x1" }, { host_addr: "0x2" }] });
      expect(lines[1].ops).toEqual([{ status: 0 }]);
    }
  });

  test("half a call in one log, the rest in another", async () => {
    const whole = record(run, how, strings);
    const cut = record(run.slice(0, 3), how, strings);
    const result = await merge([cut, whole]);
    expect(order(result).map(key)).toEqual(run.map(keyOf));
    expect(rows(result).map((row) => result.batch.source[row])).toEqual([0, 0, 0, 1]);
  });

  test("one log is passed through; none is nothing", async () => {
    expect((await merge([record(run, how, strings)])).written).toHaveLength(4);
    expect((await merge([])).written).toEqual([]);
  });

  test("entries of a multicall name it by its number in the merged log", async () => {
    const log = record(run, how, strings);
    log.batch.multicall[2] = 1;
    log.batch.call[1] = Number.NaN;
    const after = record(run, how, strings);
    const result = await merge([after, log]);
    const { batch } = result;
    const [outer, inner] = rows(result, (row) => batch.kind[row] === enter);
    expect(batch.multicall[inner]).toBe(batch.call[outer]);
  });

  test("logs with tables of strings of their own", async () => {
    const first = record(run, how, new StringTable());
    const second = record(run, { ...how, misses: new Set([1]) }, new StringTable());
    for (const [log, name] of [
      [first, "first"],
      [second, "second"],
    ] as const) {
      log.strings.intern(`only in ${name}`);
      const row = log.batch.add(EventKind.mark, 99);
      log.batch.time[row] = 9;
      log.batch.comm[row] = log.strings.intern(`task of ${name}`);
      log.batch.pushWord(log.strings.intern(`mark of ${name}`));
    }
    const marks = (await merge([first, second])).written.filter((line) => line.includes('"mark"'));
    expect(marks.map((line) => JSON.parse(line))).toEqual([
      { t: 9, ev: "mark", comm: "task of first", text: "mark of first" },
      { t: 9, ev: "mark", comm: "task of second", text: "mark of second" },
    ]);
  });
});

test("logs longer than the windows", async () => {
  const strings = new StringTable();
  const run: Happening[] = [];
  for (let i = 1; i <= 60_000; i++) {
    const time = i * 1000;
    run.push(
      { id: i, kind: enter, time, pid: 7, frame: i },
      { id: i, kind: exit, time: time + 300, pid: 7, frame: i },
    );
    run.push({ id: i + 1e6, kind: EventKind.guestP2m, time: time + 400, pid: 7, frame: i });
  }
  const how: Recorder = {
    misses: new Set(),
    inside: [30],
    ahead: 0,
    callsOnly: true,
    times: true,
    results: true,
  };
  const first = record(run, how, strings);
  const second = record(
    run,
    { ...how, inside: [-20], callsOnly: false, ahead: 777_777, results: false },
    strings,
  );
  const result = await merge([first, second]);
  expect(result.batch.length).toBe(run.length);
  for (let row = 0; row < run.length; row++) {
    if (result.batch.place[row] !== run[row].id || result.batch.kind[row] !== run[row].kind) {
      expect([row, result.batch.place[row], result.batch.kind[row]]).toEqual([
        row,
        run[row].id,
        run[row].kind,
      ]);
    }
  }
  expect(result.merged.clocks()[0].shared).toBe(60_000);
});
