import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PackedColumn, unpackColumn } from "../src/columns/packed-column.ts";

/** Columns of small numbers of either sign, and of frames, of which -1 stands for none. */
const columns = fc.oneof(
  fc.array(fc.integer({ min: -70, max: 70 }), { maxLength: 200 }),
  fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 200 }),
  fc.array(fc.oneof(fc.integer({ min: -1, max: 300 }), fc.integer({ min: -1, max: 2 ** 52 - 1 })), {
    maxLength: 200,
  }),
);

describe("a packed column", () => {
  it.each([true, false])("gives back what was put in (differences: %s)", (isDelta) => {
    fc.assert(
      fc.property(columns, (numbers) => {
        const column = new PackedColumn(isDelta);
        for (const one of numbers) column.push(one);
        const read = new Float64Array(numbers.length);
        unpackColumn(column.packed(), isDelta, read);
        expect([...read]).toEqual(numbers);
      }),
    );
  });

  it("takes a byte for what goes on as it did", () => {
    const column = new PackedColumn(true);
    for (let i = 0; i < 1000; i++) column.push(0xc0000 + i);
    expect(column.packed().length).toBe(1002);
  });

  it("reads bytes that end early as far as they go", () => {
    const read = new Int32Array(3);
    unpackColumn(Uint8Array.of(4, 128), false, read);
    expect([...read]).toEqual([2, 0, 0]);
  });
});
