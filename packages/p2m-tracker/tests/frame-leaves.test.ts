import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FrameKind, NOT_KNOWN } from "../src/state/frame-kind.ts";
import { FrameLeaves, LEAF, LeafPool } from "../src/state/frame-leaves.ts";

const LEAVES = 1 << 10;
/** First gfns of leaves: neighbours, one in another part of the directory, one beyond it. */
const leaf = fc.constantFrom(0, LEAF, 2 * LEAF, 2 ** 30, 2 ** 40);
const gfn = fc.tuple(leaf, fc.nat(LEAF - 1)).map(([first, at]) => first + at);
const kind = fc.constantFrom(0, FrameKind.hole, FrameKind.own);
const step = fc.oneof(
  fc.record({ do: fc.constant("whole" as const), leaf, kind, flags: fc.nat(1), event: fc.nat(2) }),
  fc.record({ do: fc.constant("frame" as const), gfn, kind, mfn: fc.nat(9) }),
  fc.record({ do: fc.constant("forget" as const) }),
);

interface Frame {
  readonly kind: number;
  readonly flags: number;
  readonly event: number;
  readonly mfn: number;
}
const nothing: Frame = { kind: 0, flags: 0, event: 0, mfn: NOT_KNOWN };

function frameAt(leaves: FrameLeaves, entry: number): Frame {
  const { kinds, flags, events, mfns } = leaves;
  return { kind: kinds[entry], flags: flags[entry], event: events.get(entry), mfn: mfns.get(entry) };
}

describe("FrameLeaves", () => {
  test("hold of each frame what was written last, of its leaf as a whole or of it alone", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const pool = new LeafPool(LEAVES);
        const leaves = new FrameLeaves(pool);
        const expected = new Map<number, Frame>();
        const isSpread = new Set<number>();
        for (const each of steps) {
          if (each.do === "forget") {
            leaves.forget();
            expected.clear();
            isSpread.clear();
            expect(pool.left).toBe(LEAVES);
          } else if (each.do === "frame") {
            const entry = leaves.own(each.gfn);
            leaves.kinds[entry] = each.kind;
            leaves.mfns.set(entry, each.mfn);
            const before = expected.get(each.gfn) ?? nothing;
            expected.set(each.gfn, { ...before, kind: each.kind, mfn: each.mfn });
            isSpread.add(each.gfn - (each.gfn % LEAF));
          } else if (!isSpread.has(each.leaf)) {
            const { leaf, kind, flags, event } = each;
            expect(leaves.writeWhole(leaf, kind, flags, event)).toBe(true);
            for (let i = 0; i < LEAF; i++) expected.set(leaf + i, { kind, flags, event, mfn: NOT_KNOWN });
          }
          for (const [gfn, frame] of expected) expect(frameAt(leaves, leaves.find(gfn))).toEqual(frame);
        }
        const told = new Map<number, Frame>();
        leaves.forEachLeaf((first, entry, distance) => {
          for (let i = 0; i < LEAF; i++) told.set(first + i, frameAt(leaves, entry + i * distance));
        });
        expect([...told.keys()]).toEqual([...told.keys()].sort((a, b) => a - b));
        for (const [gfn, frame] of told) expect(frame).toEqual(expected.get(gfn) ?? nothing);
        for (const gfn of expected.keys()) expect(told.has(gfn)).toBe(true);
      }),
    );
  });

  test("take for a leaf that one call wrote as a whole a small part of what a leaf of single frames takes", () => {
    const pool = new LeafPool(LEAVES);
    const leaves = new FrameLeaves(pool);
    const many = 16 * LEAVES;
    for (let i = 0; i < many; i++)
      expect(leaves.writeWhole(i * LEAF, FrameKind.hole, 0, 1 + (i >> 3))).toBe(true);
    expect(pool.left).toBeGreaterThan(LEAVES / 2);
    // Eight leaves share an entry, and each group of entries is one for LEAF of them.
    expect(leaves.kinds.length).toBeLessThanOrEqual(8 * (many / 8));
  });

  test("say that there is no room where neither a leaf nor a part of one is left", () => {
    const leaves = new FrameLeaves(new LeafPool(2));
    expect(leaves.own(5)).toBe(5);
    expect(leaves.writeWhole(LEAF, FrameKind.hole, 0, 1)).toBe(true);
    // To spread the leaf takes one of its own.
    expect(leaves.own(LEAF)).toBe(-1);
    expect(leaves.own(2 ** 40)).toBe(-1);
    expect(leaves.writeWhole(2 ** 40, FrameKind.hole, 0, 1)).toBe(false);
    expect(leaves.find(LEAF)).toBeGreaterThanOrEqual(0);
    for (let i = 2; i <= LEAF; i++) expect(leaves.writeWhole(i * LEAF, FrameKind.hole, 0, 1)).toBe(true);
    expect(leaves.writeWhole((LEAF + 1) * LEAF, FrameKind.hole, 0, 1)).toBe(false);
  });
});
