import { describe, expect, it } from "vitest";
import { FINDINGS_PER_RULE_MAX } from "../src/limits.ts";
import { dma, replayLines, reservation } from "./run-logs.ts";

const HOLE = 0x80010;

describe("the findings of a run", () => {
  it("name what caused them, and where that stands", async () => {
    const { findings } = await replayLines([...reservation(1, 1, [HOLE]), dma(HOLE)]);
    const [first] = findings.list;
    expect(first).toMatchObject({ rule: "G44", event: 3, causeEvent: 2, location: { path: "-", place: 4 } });
    expect(first.notes).toEqual([
      {
        message: "decrease_reservation by balloon at 1.500000 s",
        event: 2,
        location: { path: "-", place: 3, unit: "line" },
      },
    ]);
  });

  it("are those that pass the filter; the others are counted", async () => {
    const lines = [...reservation(1, 1, [HOLE, 0x80020]), dma(HOLE), dma(0x80020)];
    const all = await replayLines(lines);
    const some = await replayLines(lines, {
      filter: { rules: new Set(["G44"]), gfns: [{ first: 0x80020, last: 0x80020 }] },
    });
    expect(some.findings.list.map(({ rule, gfn }) => [rule, gfn])).toEqual([["G44", 0x80020]]);
    expect(some.findings.filtered).toBe(all.findings.list.length - 1);
    expect(some.summary).toMatchObject({ error: 1, warning: 0, info: 0 });
  });

  it("are kept up to a bound for each rule; what is dropped is counted by rule, and in the summary", async () => {
    const gfns = Array.from({ length: FINDINGS_PER_RULE_MAX + 3 }, (_, index) => 0x80000 + index);
    const { findings, summary } = await replayLines([
      ...reservation(1, 1, gfns),
      ...gfns.map((gfn) => dma(gfn)),
    ]);
    expect(findings.list.filter(({ rule }) => rule === "G44")).toHaveLength(FINDINGS_PER_RULE_MAX);
    expect([...findings.dropped]).toEqual([["G44", 3]]);
    expect(summary.error).toBe(FINDINGS_PER_RULE_MAX + 3);
  });
});
