import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonInteger } from "../src/json/json-integer.ts";

const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });

function wordsOf(value: bigint): readonly number[] {
  return [Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n))];
}

describe("integers of JSON values", () => {
  it("are exact in any form up to 64 bits", () => {
    fc.assert(
      fc.property(u64, fc.boolean(), (value, signed) => {
        const integer = new JsonInteger();
        for (const text of [
          `${value}`,
          `0x${value.toString(16)}`,
          `0X00${value.toString(16).toUpperCase()}`,
        ]) {
          expect(integer.read(text, signed)).toBeNull();
          expect([integer.low, integer.high]).toEqual(wordsOf(value));
        }
      }),
      { seed: 64 },
    );
  });

  it("are signed where they may be", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        const integer = new JsonInteger();
        expect(integer.read(value, true)).toBeNull();
        expect([integer.signedNumber, integer.low, integer.high]).toEqual([value, ...wordsOf(BigInt(value))]);
        expect(integer.read(`${value}`, true)).toBeNull();
        expect(integer.signedNumber).toBe(value);
        expect(integer.read(value, false) === null).toBe(value >= 0);
      }),
      { seed: 53 },
    );
  });

  it.each([
    ["0x10000000000000000", false, '"0x10000000000000000" is more than 64 bits'],
    ["18446744073709551616", false, '"18446744073709551616" is more than 64 bits'],
    ["-9223372036854775809", true, '"-9223372036854775809" is more than 64 bits'],
    ["", false, '"" is not an integer'],
    ["0x", false, '"0x" is not an integer'],
    ["1e3", false, '"1e3" is not an integer'],
    ["0x1 ", false, '"0x1 " is not an integer'],
    ["0x1g", false, '"0x1g" is not an integer'],
    [" 1", false, '" 1" is not an integer'],
    ["-0x1", true, '"-0x1" is not an integer'],
    ["0".repeat(100), false, `"${"0".repeat(40)}..." is not an integer`],
    [2 ** 53, false, "a number above 2^53 is not exact: write it as a string"],
    [0.5, true, "0.5 is not an integer"],
    [[], false, "expected an integer, not a list"],
    [null, false, "expected an integer, not null"],
  ] as const)("refuse %j", (value, signed, message) => {
    expect(new JsonInteger().read(value, signed)).toBe(message);
  });

  it("take the lowest and the highest value", () => {
    const integer = new JsonInteger();
    expect(integer.read("-9223372036854775808", true)).toBeNull();
    expect([integer.low, integer.high]).toEqual([0, -(2 ** 31)]);
    expect(integer.read("-0", false)).toBeNull();
    expect(integer.read(-0, false)).toBeNull();
    expect(integer.number).toBe(0);
  });
});
