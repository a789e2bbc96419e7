import { expect, test } from "vitest";
import { SPARE_COLUMN_BYTES_MIN, SPARE_COLUMNS_BYTES_MAX } from "../../src/limits.ts";
import { separateRoom } from "../../src/memory/column-room.ts";

/** A length that nobody else asks for. */
const ODD = SPARE_COLUMN_BYTES_MIN / 4 + 13;

test("a column that was released serves the next one of its kind and length, as zeros", () => {
  const column = separateRoom.float64(ODD).fill(7);
  const places = separateRoom.int32(ODD).fill(9);
  separateRoom.release(column);
  separateRoom.release(places);
  expect(separateRoom.float64(ODD + 1)).not.toBe(column);
  const again = separateRoom.float64(ODD);
  expect(again).toBe(column);
  expect(again.every((value) => value === 0)).toBe(true);
  expect(separateRoom.float64(ODD)).not.toBe(column);
  expect(separateRoom.int32(ODD)).toBe(places);
});

test("small columns and those beyond a bound are left to the runtime", () => {
  const small = separateRoom.float64(SPARE_COLUMN_BYTES_MIN / 8 - 1);
  separateRoom.release(small);
  expect(separateRoom.float64(small.length) === small).toBe(false);
  const length = SPARE_COLUMNS_BYTES_MAX / 8 + 1;
  const large = separateRoom.float64(length);
  separateRoom.release(large);
  expect(separateRoom.float64(length) === large).toBe(false);
});
