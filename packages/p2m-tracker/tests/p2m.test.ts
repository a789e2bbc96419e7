import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FrameKind, NOT_KNOWN } from "../src/state/frame-kind.ts";
import { FrameLeaves, LeafPool } from "../src/state/frame-leaves.ts";
import { P2m } from "../src/state/p2m.ts";

const BANK = { start: 0x80000, end: 0x80400, kind: FrameKind.own };
const WINDOW = { start: 0x100000, end: 0x100100, kind: FrameKind.hole };

/** gfns near the defaults' edges, scattered ones, and ones beyond the directory. */
const gfns = fc.oneof(
  fc.integer({ min: BANK.start - 70, max: BANK.end + 70 }),
  fc.integer({ min: WINDOW.start - 70, max: WINDOW.end + 70 }),
  fc.integer({ min: 0, max: 2 ** 31 }),
  fc.integer({ min: 2 ** 36 - 5, max: 2 ** 36 + 5 }),
  fc.constantFrom(2 ** 52 - 1, 2 ** 52, 2 ** 64),
);

/** Writes an entry the way a machine does. */
function put(p2m: P2m, gfn: number, kind: FrameKind, mfn: number): void {
  const old = {
    oldKind: kind,
    oldMfn: mfn,
    oldAux: NOT_KNOWN,
    oldFlags: 0,
    oldEvent: 0,
    oldIsDefault: false,
  };
  p2m.write(p2m.touch(gfn), { ...old, gfn, kind, mfn, aux: NOT_KNOWN, flags: 0 }, 1);
}

describe("P2m", () => {
  test("has the first range's default where two share a gfn, whatever was asked for before", () => {
    const over = { start: BANK.end - 8, end: BANK.end + 8, kind: FrameKind.hole };
    const p2m = new P2m([BANK, over], new FrameLeaves(new LeafPool(1 << 10)));
    expect(p2m.defaultOf(BANK.end)).toBe(FrameKind.hole);
    expect(p2m.defaultOf(BANK.end - 1)).toBe(FrameKind.own);
  });

  test("holds what was set, and the defaults elsewhere", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(gfns, fc.constantFrom(2, 3, 4, 5, 6, 7, 8))), gfns, (writes, probe) => {
        const p2m = new P2m([BANK, WINDOW], new FrameLeaves(new LeafPool(1 << 10)));
        const expected = new Map<number, number>();
        for (const [gfn, kind] of writes) {
          put(p2m, gfn, kind as FrameKind, gfn + 1);
          expected.set(gfn, kind);
        }
        for (const [gfn, kind] of expected) {
          expect(p2m.kindOf(gfn)).toBe(kind);
          expect(p2m.mfnAt(gfn)).toBe(gfn + 1);
        }
        if (!expected.has(probe)) expect(p2m.kindOf(probe)).toBe(p2m.defaultOf(probe));
        const visited: number[] = [];
        p2m.forEach((gfn) => {
          visited.push(gfn);
        });
        // Own RAM where it is by default is no exception.
        const exceptions = [...expected.keys()].filter(
          (gfn) => expected.get(gfn) !== FrameKind.own || p2m.defaultOf(gfn) !== FrameKind.own,
        );
        expect(visited).toEqual(exceptions.sort((a, b) => a - b));
      }),
    );
  });

  test("takes banks for own RAM and windows for holes until records are lost", () => {
    const p2m = new P2m([BANK, WINDOW], new FrameLeaves(new LeafPool(1 << 10)));
    expect(p2m.kindOf(BANK.start)).toBe(FrameKind.own);
    expect(p2m.kindOf(BANK.end)).toBe(FrameKind.unknown);
    expect(p2m.kindOf(WINDOW.end - 1)).toBe(FrameKind.hole);
    put(p2m, BANK.start, FrameKind.hole, NOT_KNOWN);
    p2m.forget();
    expect(p2m.kindOf(BANK.start)).toBe(FrameKind.unknown);
    expect(p2m.kindOf(WINDOW.start)).toBe(FrameKind.unknown);
    put(p2m, BANK.start, FrameKind.own, BANK.start);
    expect(p2m.kindOf(BANK.start)).toBe(FrameKind.own);
  });
});
