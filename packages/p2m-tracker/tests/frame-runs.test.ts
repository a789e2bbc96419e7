import fc from "fast-check";
import { expect, test } from "vitest";
import { forEachRun } from "../src/rules/watch/frame-runs.ts";

test("runs hold every frame once and cannot be joined", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 60 })), (frames) => {
      const runs: [number, number][] = [];
      forEachRun([...frames], (first, count) => runs.push([first, count]));
      const spread = runs.flatMap(([first, count]) => Array.from({ length: count }, (_, i) => first + i));
      expect(spread).toEqual([...new Set(frames)].sort((a, b) => a - b));
      for (let i = 1; i < runs.length; i++)
        expect(runs[i][0]).toBeGreaterThan(runs[i - 1][0] + runs[i - 1][1]);
    }),
  );
});
