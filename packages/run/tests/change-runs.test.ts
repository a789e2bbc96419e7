import { type Change, FrameKind } from "@xgt/p2m-tracker";
import { describe, expect, it } from "vitest";
import { ChangeRuns } from "../src/index.ts";
import { CHANGE_RUNS_MAX } from "../src/limits.ts";

/** A frame that was given back. */
function hole(gfn: number): Change {
  return { domain: { domid: 0 }, gfn, oldKind: FrameKind.own, kind: FrameKind.hole, mfn: -1 } as Change;
}

describe("the changes of one event", () => {
  it("beyond a bound are counted, and a search among them finds too much rather than too little", () => {
    const runs = new ChangeRuns();
    for (let index = 0; index < CHANGE_RUNS_MAX; index++) runs.add(hole(2 * index));
    const last = 2 * CHANGE_RUNS_MAX;
    runs.add(hole(last + 10));
    runs.add(hole(last + 20));
    expect([runs.length, runs.hidden]).toEqual([CHANGE_RUNS_MAX, 2]);
    expect(runs.touches(1, 1)).toBe(false);
    expect(runs.touches(2, 2)).toBe(true);
    expect(runs.touches(last + 10, last + 10)).toBe(true);
    expect(runs.touches(last + 15, last + 15)).toBe(true);
    expect(runs.touches(last + 21, last + 30)).toBe(false);
    runs.clear();
    expect([runs.length, runs.hidden, runs.touches(0, 2 ** 52)]).toEqual([0, 0, false]);
  });
});
