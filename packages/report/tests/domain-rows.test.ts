import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Table } from "../src/columns/table.ts";
import type { TableShapes } from "../src/columns/table-shapes.ts";
import { Cells } from "../src/map/cells.ts";
import { domainRows, rowAt } from "../src/map/domain-rows.ts";
import { allAxis, changedAxis, heightOf } from "../src/map/frame-axis.ts";
import { eventAt, secondsAxis, stepsAxis } from "../src/map/time-axis.ts";

const FRAMES = 48;

interface TestChange {
  readonly gfn: number;
  readonly count: number;
  readonly to: number;
  readonly mfn: number;
}

const change = fc.record({
  gfn: fc.integer({ min: 0, max: FRAMES - 1 }),
  count: fc.integer({ min: 1, max: 12 }),
  to: fc.integer({ min: 1, max: 8 }),
  mfn: fc.constantFrom(-1, 0x100, 0x200),
});

/** One change an event, all of domain 0. */
function table(list: readonly TestChange[]): Table<TableShapes["changes"]> {
  const of = (member: (one: TestChange, event: number) => number) => Float64Array.from(list, member);
  const none = of(() => -1);
  return {
    event: of((_, event) => event),
    domid: of(() => 0),
    gfn: of(({ gfn }) => gfn),
    count: of(({ count }) => count),
    from: of(() => 3),
    to: of(({ to }) => to),
    mfn: of(({ mfn, gfn }) => (mfn < 0 ? -1 : mfn + gfn)),
    ...{ handle: none, ref: none, other: none },
    readOnly: of(() => 0),
  };
}

/** What a frame went through, as the log says it. */
function lived(list: readonly TestChange[], gfn: number): string[] {
  return list.flatMap((one, event) =>
    gfn >= one.gfn && gfn < one.gfn + one.count ? [`${event} ${one.to} ${one.mfn}`] : [],
  );
}

describe("rows of the map", () => {
  it("lose nothing: every frame's row has that frame's own history, and frames without a change have no row", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 25 }), (list) => {
        const changes = table(list);
        const rows = domainRows(changes, 0, []);
        for (let gfn = 0; gfn < FRAMES + 12; gfn++) {
          const row = rowAt(rows, gfn);
          const own = lived(list, gfn);
          if (row < 0) {
            expect(own).toEqual([]);
            continue;
          }
          const items = rows.history.items.subarray(rows.history.first[row], rows.history.first[row + 1]);
          expect([...items].map((i) => `${changes.event[i]} ${changes.to[i]} ${list[i].mfn}`)).toEqual(own);
        }
      }),
    );
  });

  it("join neighbours that are alike, and keep frames with a finding apart", () => {
    const changes = table([{ gfn: 0, count: 10, to: 2, mfn: -1 }]);
    expect(domainRows(changes, 0, []).length).toBe(1);
    const rows = domainRows(changes, 0, [{ gfn: 4, count: 1, flagged: true }]);
    expect([...rows.gfn]).toEqual([0, 4, 5]);
    expect([...rows.flagged]).toEqual([0, 1, 0]);
  });

  it("stand on both axes where their frames do", () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 25 }), (list) => {
        const rows = domainRows(table(list), 0, []);
        const frames = { own: 0, hole: 0, grant: 0, foreign: 0, xen: 0, mmio: 0, identity: 0, unknown: 0 };
        const domain = {
          domid: 0,
          mode: "direct-mapped",
          ram: [{ gfn: 5, count: 20 }],
          regions: [],
          frames,
          handlesLive: 0,
        };
        for (const axis of [changedAxis(rows, false), allAxis(rows, domain)]) {
          for (let row = 0; row < rows.length; row++) {
            const top = heightOf(axis, rows, rows.gfn[row]) ?? Number.NaN;
            expect(top).toBeCloseTo(axis.top[row], 9);
            expect(axis.bottom[row]).toBeGreaterThan(axis.top[row]);
            expect(axis.bottom[row]).toBeLessThanOrEqual(axis.total + 1e-9);
            if (row > 0) expect(axis.top[row]).toBeGreaterThanOrEqual(axis.bottom[row - 1] - 1e-9);
          }
        }
      }),
    );
  });
});

describe("the axis of time", () => {
  it("gives each event that matters one step, and loses none of the others", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 100 }), (flags) => {
        const { position, folds, total } = stepsAxis(Uint8Array.from(flags));
        for (const [event, matters] of flags.entries()) {
          if (matters === 1) expect(position[event + 1] - position[event]).toBeCloseTo(1, 9);
          else expect(position[event + 1]).toBeGreaterThan(position[event]);
        }
        const folded = folds.reduce((sum, { events }) => sum + events, 0);
        expect(folded).toBe(flags.filter((flag) => flag === 0).length);
        expect(position[flags.length]).toBe(total);
      }),
    );
  });

  it("keeps events without a time at the one before, and finds the event under way", () => {
    const axis = secondsAxis([2_000_000, -1, 3_500_000]);
    expect([...axis.position.subarray(0, 3)]).toEqual([0, 0, 1.5]);
    expect(axis.start).toBe(2);
    expect(eventAt(axis, 1)).toBe(1);
    expect(eventAt(axis, 99)).toBe(2);
  });
});

describe("cells", () => {
  it("show one changed frame among 2^20 at every height of the map", () => {
    for (const height of [1, 7, 300, 2000]) {
      const cells = new Cells(10, height);
      const gfn = 777_777;
      const [y0, y1] = [(gfn / 2 ** 20) * height, ((gfn + 1) / 2 ** 20) * height];
      cells.add(4.2, 4.3, y0, y1, 1 << 4);
      expect([...cells.bits].filter((bits) => bits !== 0)).toEqual([1 << 4]);
    }
  });

  it("hold all that falls into them", () => {
    const cells = new Cells(2, 1);
    cells.add(0, 0.5, 0, 0.2, 1);
    cells.add(0.6, 2, 0.1, 0.3, 2);
    expect([...cells.bits]).toEqual([3, 2]);
  });
});
