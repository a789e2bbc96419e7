import fc from "fast-check";
import { expect, test } from "vitest";
import { GrowingBytes } from "../../src/formats/trace-dat/growing-bytes.ts";

const MOST = 1 << 20;
/** Pieces of a file whose bytes tell where they stand in it. */
const sizes = fc.array(fc.integer({ min: 0, max: 150_000 }), { maxLength: 7 });

function piecesOf(lengths: readonly number[]): Uint8Array[] {
  let at = 0;
  return lengths.map((length) => Uint8Array.from({ length }, () => (at++ * 2654435761) >>> 24));
}

for (const [where, inPlaceFrom] of [
  ["in memory that grows in place", 0],
  ["that move there on the way", 200_000],
  ["that are copied as they grow", Number.POSITIVE_INFINITY],
] as const) {
  test(`bytes ${where} are the pieces that were added, one after the other`, () => {
    fc.assert(
      fc.property(sizes, (lengths) => {
        const bytes = new GrowingBytes(MOST, inPlaceFrom);
        const pieces = piecesOf(lengths);
        for (const piece of pieces) {
          bytes.add(piece);
          piece.fill(0);
        }
        const expected = Buffer.concat(piecesOf(lengths));
        expect(bytes.length).toBe(expected.length);
        expect(Buffer.from(bytes.all).equals(expected)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
}

test("more bytes than were foretold are taken, too", () => {
  const bytes = new GrowingBytes(10, 0);
  bytes.add(new Uint8Array(70_000).fill(1));
  bytes.add(new Uint8Array(70_000).fill(2));
  expect([bytes.length, bytes.all[69_999], bytes.all[70_000]]).toEqual([140_000, 1, 2]);
});
