import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RELEASED_FRAMES_MAX } from "../src/limits.ts";
import { separateRoom } from "../src/memory/column-room.ts";
import { PairColumn } from "../src/memory/pair-column.ts";
import { FrameLeaves, LeafPool } from "../src/state/frame-leaves.ts";
import { GuestP2m } from "../src/state/guest-p2m.ts";
import { HandleIndex } from "../src/state/handle-index.ts";
import { NumberTable } from "../src/state/number-table.ts";
import { P2m } from "../src/state/p2m.ts";
import { ReleasedFrames } from "../src/state/released-frames.ts";
import { SlotTable } from "../src/state/slot-table.ts";

/** Few different keys, so that they meet again; some that no 32-bit number holds, and what was not recorded. */
const key = fc.oneof(
  fc.nat(40),
  fc.nat(40).map((n) => n * 2 ** 18),
  fc.nat(40).map((n) => 2 ** 52 + n),
  fc.constantFrom(-1, 0, Number.NaN),
);

describe("a table of numbers", () => {
  test("holds what a Map holds", () => {
    const step = fc.record({ key, value: fc.nat(9), take: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const table = new NumberTable();
        const map = new Map<number, number>();
        for (const { key, value, take } of steps) {
          if (take) expect(table.delete(key)).toBe(map.delete(key));
          else {
            table.set(key, value);
            map.set(key, value);
          }
          expect(table.size).toBe(map.size);
        }
        for (const { key } of steps) expect(table.get(key, -7)).toBe(map.get(key) ?? -7);
      }),
    );
  });

  test("grows, and is empty when it is cleared", () => {
    const table = new NumberTable();
    for (let i = 0; i < 10_000; i++) table.set(i * 4096 * 64, i);
    for (let i = 0; i < 10_000; i++) expect(table.get(i * 4096 * 64, -1)).toBe(i);
    table.clear();
    expect(table.size).toBe(0);
    expect(table.has(4096 * 64)).toBe(false);
  });
});

describe("a table of slots", () => {
  test("holds what lists by key hold, in their order", () => {
    const step = fc.record({ key, slot: fc.nat(30), take: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.nat(100), (steps, moves) => {
        const table = new SlotTable();
        const lists = new Map<number, number[]>();
        for (const [i, { key, slot, take }] of steps.entries()) {
          if (i === moves) table.moveTo(separateRoom);
          const list = lists.get(key) ?? [];
          if (take) {
            table.remove(key, slot);
            if (list.includes(slot)) list.splice(list.lastIndexOf(slot), 1);
          } else {
            table.add(key, slot);
            list.push(slot);
          }
          if (list.length > 0) lists.set(key, list);
          else lists.delete(key);
          const seen: number[] = [];
          table.forEach(key, (each) => seen.push(each));
          expect(seen).toEqual(list);
          expect(table.newest(key)).toBe(list.at(-1) ?? -1);
          expect(table.has(key)).toBe(list.length > 0);
          expect(table.size).toBe(lists.size);
        }
      }),
    );
  });
});

describe("an index of slots", () => {
  test("holds what lists by key hold, in their order, however many keys there are", () => {
    const step = fc.record({ key, slot: fc.nat(300) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 600 }), fc.nat(100), (steps, moves) => {
        const keys: number[] = [];
        const index = new HandleIndex((slot) => keys[slot]);
        index.resize(301);
        const lists = new Map<number, number[]>();
        for (const [i, { key, slot }] of steps.entries()) {
          if (i === moves) index.moveTo(separateRoom);
          const there = lists.get(keys[slot]);
          // A slot that is in it goes, another one comes.
          if (there?.includes(slot)) {
            index.remove(slot);
            there.splice(there.indexOf(slot), 1);
          } else {
            // Most slots have a key that no other has.
            keys[slot] = slot % 3 === 0 ? key : 2 ** 33 + slot;
            index.add(slot);
            lists.set(keys[slot], [...(lists.get(keys[slot]) ?? []), slot]);
          }
          const list = lists.get(keys[slot]) ?? [];
          const seen: number[] = [];
          index.forEach(keys[slot], (each) => seen.push(each));
          expect(seen).toEqual(list);
          expect(index.newest(keys[slot])).toBe(list.at(-1) ?? -1);
        }
        for (const [key, list] of lists) expect(index.has(key)).toBe(list.length > 0);
        index.clear();
        for (const key of lists.keys()) expect(index.has(key)).toBe(false);
      }),
    );
  });
});

describe("a column of pairs", () => {
  const number = fc.oneof(
    fc.constantFrom(
      -1,
      0,
      1,
      2 ** 32 - 2,
      2 ** 32 - 1,
      2 ** 32,
      2 ** 52,
      2 ** 53 - 2,
      2 ** 53,
      2 ** 64,
      Number.NaN,
    ),
    fc.maxSafeNat(),
  );
  test.each([0, -1])("holds any number that a log may name, %i before one is written", (zero) => {
    const step = fc.record({ at: fc.nat(20), end: fc.nat(20), number });
    fc.assert(
      fc.property(fc.array(step), fc.nat(30), (steps, moves) => {
        const column = new PairColumn(20, zero);
        const numbers = new Array<number>(20).fill(zero);
        for (const [i, { at, end, number }] of steps.entries()) {
          if (i === moves) {
            column.move(10, 10, separateRoom, separateRoom);
            column.move(20, 10, separateRoom, separateRoom);
            numbers.fill(zero, 10);
          }
          // Only what may be less than nothing is where zeros stand for that.
          const written = number === -1 ? zero : number;
          column.fill(written, at, end);
          numbers.fill(written, Math.min(at, end), end);
          expect(numbers.map((_, place) => column.get(place))).toEqual(numbers);
          expect(column.isPlain).toBe(numbers.every((each) => each - zero < 2 ** 53));
        }
      }),
    );
  });
});

describe("frames that were released", () => {
  test("are the latest ones, in the order of their latest release", () => {
    const frames = new ReleasedFrames();
    const map = new Map<number, number>();
    const spread = RELEASED_FRAMES_MAX + 5000;
    for (let event = 1; event <= 3 * spread; event++) {
      const frame = (event * 7919) % spread;
      if (event % 11 === 0) {
        frames.delete(frame);
        map.delete(frame);
        continue;
      }
      frames.note(frame, event);
      map.delete(frame);
      map.set(frame, event);
      if (map.size > RELEASED_FRAMES_MAX) map.delete(map.keys().next().value ?? -1);
    }
    for (let frame = 0; frame < spread; frame++) expect(frames.eventOf(frame)).toBe(map.get(frame) ?? 0);
  });
});

describe("the guest's own table", () => {
  const pfn = fc.oneof(fc.nat(130), fc.constantFrom(2 ** 40, 2 ** 51));
  const step = fc.oneof(
    fc.record({
      do: fc.constant("set" as const),
      pfn,
      mfn: fc.constantFrom(5, 77, 2 ** 64),
      count: fc.nat(3),
    }),
    fc.record({ do: fc.constant("touch" as const), pfn }),
    fc.record({ do: fc.constant("forget" as const), pfn }),
  );

  test("holds what two Maps hold, whenever the leaves of its frames are made", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const leaves = new FrameLeaves(new LeafPool(1 << 10));
        const p2m = new P2m([], leaves);
        const guest = new GuestP2m(leaves);
        const map = new Map<number, { mfn: number; event: number }>();
        for (const [index, each] of steps.entries()) {
          const event = index + 1;
          if (each.do === "touch") p2m.touch(each.pfn);
          else if (each.do === "forget") {
            guest.forget();
            map.clear();
          } else {
            guest.set(each.pfn, each.mfn, each.count, event);
            for (let i = 0; i < each.count; i++) {
              if (each.mfn >= 2 ** 64) map.delete(each.pfn + i);
              else map.set(each.pfn + i, { mfn: each.mfn + i, event });
            }
          }
          expect(guest.size).toBe(map.size);
          expect(guest.get(each.pfn)).toBe(map.get(each.pfn)?.mfn);
          expect(guest.madeAt(each.pfn)).toBe(map.get(each.pfn)?.event);
        }
      }),
    );
  });
});
