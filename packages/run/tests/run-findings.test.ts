import { describe, expect, it } from "vitest";
import { FINDINGS_PER_RULE_MAX, FRAMES_TOLD_APART } from "../src/limits.ts";
import { begun, dma, replayLines, reservation } from "./run-logs.ts";

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
      ...gfns.map((gfn, index) => ({ ...dma(gfn), dev: `disk${index}` })),
    ]);
    expect(findings.list.filter(({ rule }) => rule === "G44")).toHaveLength(FINDINGS_PER_RULE_MAX);
    expect([...findings.dropped]).toEqual([["G44", 3]]);
    expect(summary.error).toBe(FINDINGS_PER_RULE_MAX + 3);
  });

  it("count the same fault again with the first one, and say where the last one is", async () => {
    const round = [dma(HOLE), dma(HOLE, "unmap")];
    const { findings, summary } = await replayLines([
      ...reservation(1, 1, [HOLE, 0x80020]),
      ...Array.from({ length: 3000 }, () => round).flat(),
      dma(0x80020),
    ]);
    const faults = findings.list.filter(({ rule }) => rule === "G44");
    expect(faults).toMatchObject([
      { gfn: HOLE, event: 3, occurrences: 3000, lastEvent: 6001, lastLocation: { place: 6002 } },
      { gfn: 0x80020, event: 6003, occurrences: 1, lastEvent: 6003 },
    ]);
    expect(summary.error).toBe(2);
  });

  it("are one where a device is driven wrongly with many frames, and told apart where with few", async () => {
    const gfns = Array.from({ length: 3000 }, (_, index) => HOLE + 2 * index);
    const wrong = (count: number) =>
      replayLines([...reservation(1, 1, gfns), ...gfns.slice(0, count).map((gfn) => dma(gfn))]);
    const few = await wrong(FRAMES_TOLD_APART);
    expect(few.findings.list.filter(({ rule }) => rule === "G44")).toHaveLength(FRAMES_TOLD_APART);
    expect(few.summary.error).toBe(FRAMES_TOLD_APART);
    const many = await wrong(3000);
    const faults = many.findings.list.filter(({ rule }) => rule === "G44");
    expect(faults).toMatchObject([
      { gfn: HOLE, event: 3, occurrences: 3000, lastEvent: 3002, lastLocation: { place: 3003 } },
    ]);
    expect(faults[0].message).toMatch(/; the same with DMAs of other frames$/);
    expect(many.summary.error).toBe(1);
    const two = [...gfns.map((gfn) => dma(gfn)), ...gfns.map((gfn) => ({ ...dma(gfn), dev: "net" }))];
    const devices = await replayLines([...reservation(1, 1, gfns), ...two, ...gfns.map((gfn) => dma(gfn))]);
    const each = devices.findings.list.filter(({ rule }) => rule === "G44");
    expect(each.map(({ occurrences }) => occurrences)).toEqual([6000, 3000]);
  });

  it.each([
    ["a ring of another CPU told of a gap later", [{ cpu: 0 }, {}, { cpu: 1 }], true],
    ["that CPU was heard after the finding", [{ cpu: 1 }, { cpu: 1 }, { cpu: 1 }], false],
    ["nothing of that CPU was heard before", [{ cpu: 0 }, { cpu: 0 }, { cpu: 1 }], true],
    ["the gap is in the place of its note", [{ cpu: 1 }, { cpu: 0 }, {}], false],
  ])("are not certain where what led to them may have been missing: %s", async (_when, cpus, isDoubtful) => {
    const [before, after, lost] = cpus;
    const { findings } = await replayLines([
      ...reservation(1, 1, [HOLE]).map((line) => ({ ...line, ...before })),
      { ...dma(HOLE), cpu: 0 },
      { ...dma(0x80100), ...after },
      { ev: "lost", count: 3, ...lost },
    ]);
    const [first] = findings.list;
    expect([first.rule, first.certain, first.uncertainBecause]).toEqual([
      "G44",
      !isDoubtful,
      isDoubtful ? ["lost"] : [],
    ]);
  });

  it("are other faults where another call led to them", async () => {
    const { findings } = await replayLines([
      ...reservation(1, 1, [HOLE], "balloon"),
      dma(HOLE),
      dma(HOLE, "unmap"),
      ...reservation(2, 6, [HOLE], "balloon"),
      ...reservation(3, 1, [HOLE], "other task"),
      dma(HOLE),
    ]);
    expect(findings.list.filter(({ rule }) => rule === "G44").map(({ event }) => event)).toEqual([3, 9]);
  });

  it("are not certain where a call lacks its other half, whenever that shows", async () => {
    const { findings } = await replayLines([...reservation(1, 1, [HOLE]), dma(HOLE), begun(2, 6, [0x80020])]);
    const [first] = findings.list;
    expect([first.rule, first.certain, first.uncertainBecause]).toEqual(["G44", false, ["half-missing"]]);
  });

  it("say why they are not certain", async () => {
    const op = { host_addr: "0x80010000", flags: 2, ref: 8, dom: 1 };
    const grant = [
      { id: 9, ev: "enter", nr: 20, cmd: 0, args: { count: 1, ops: [op] } },
      { id: 9, ev: "exit", ret: 0, ops: [{ status: 0, handle: 3, dev_bus_addr: "0xc8000000" }] },
    ];
    const { findings } = await replayLines(grant);
    expect(findings.list[0]).toMatchObject({ rule: "G04", certain: false, uncertainBecause: ["from_boot"] });
    const known = await replayLines([...reservation(1, 1, [HOLE]), ...reservation(2, 6, [HOLE]), ...grant]);
    expect(known.findings.list[0]).toMatchObject({ rule: "G04", certain: true, uncertainBecause: [] });
  });
});
