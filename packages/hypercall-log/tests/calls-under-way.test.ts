import { describe, expect, it } from "vitest";
import { CallsUnderWay } from "../src/formats/json-lines/calls-under-way.ts";
import { CALLS_UNDER_WAY_MAX } from "../src/limits.ts";

function seen(calls: CallsUnderWay, id: number): readonly [boolean, number, number] {
  const found = calls.find(id);
  return [found, calls.nr, calls.cmd];
}

describe("calls under way", () => {
  it("are found until they end", () => {
    const calls = new CallsUnderWay();
    calls.open(7, 12, 6);
    expect(seen(calls, 7)).toEqual([true, 12, 6]);
    expect(seen(calls, 8)).toEqual([false, -1, -1]);
    calls.close(7);
    expect(seen(calls, 7)).toEqual([false, -1, -1]);
  });

  it("may share a slot", () => {
    const calls = new CallsUnderWay();
    const ids = Array.from({ length: 3000 }, (_, i) => i * 256 + (i % 3));
    ids.forEach((id, i) => {
      calls.open(id, 20, i % 13);
    });
    ids.forEach((id, i) => {
      expect(seen(calls, id)).toEqual([true, 20, i % 13]);
      calls.close(id);
      expect(calls.find(id)).toBe(false);
    });
  });

  it("begin anew where an id is used again", () => {
    const calls = new CallsUnderWay();
    calls.open(1, 12, 1);
    calls.open(1, 12, 6);
    expect(seen(calls, 1)).toEqual([true, 12, 6]);
    calls.close(1);
    expect(calls.find(1)).toBe(false);
  });

  it("are forgotten beyond the bound, the oldest first", () => {
    const calls = new CallsUnderWay();
    const count = CALLS_UNDER_WAY_MAX + 1000;
    for (let id = 0; id < count; id++) calls.open(id, 12, 1);
    expect(calls.find(0)).toBe(false);
    expect(calls.find(count - 1)).toBe(true);
  });

  it("of two domains may have one id at a time", () => {
    const calls = new CallsUnderWay();
    const first = calls.numberOfEnter(1, 1);
    calls.open(first, 12, 7, 1);
    const second = calls.numberOfEnter(1, 2);
    calls.open(second, 20, 6, 2);
    expect(first).toBe(1);
    expect(second).not.toBe(1);
    expect([calls.numberOfExit(1, 1), calls.numberOfExit(1, 2)]).toEqual([first, second]);
    expect(seen(calls, first)).toEqual([true, 12, 7]);
    calls.close(first);
    expect(calls.numberOfEnter(1, 2)).toBe(second);
    expect(seen(calls, second)).toEqual([true, 20, 6]);
    calls.close(second);
    expect(calls.hasTwins).toBe(false);
    expect(calls.numberOfEnter(1, 2)).toBe(1);
  });
});
