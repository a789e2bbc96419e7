import type { EventLine } from "@xgt/findings";
import { describe, expect, it } from "vitest";
import {
  type ChangeRun,
  EventEffects,
  eventLine,
  type FrameSpan,
  passesEvent,
  type RunContext,
} from "../src/index.ts";
import { CHANGE_RUNS_SHOWN } from "../src/limits.ts";
import { begun, dma, replayLines, reservation } from "./run-logs.ts";

/** Every second frame: neighbours never join to a run. */
const scattered = Array.from({ length: 200 }, (_, index) => 0x80000 + 2 * index);

/** The lines of a list of events about frames. */
async function linesOf(lines: readonly object[], gfns?: readonly FrameSpan[]): Promise<EventLine[]> {
  const list: EventLine[] = [];
  const observe = ({ strings, setup: { sources } }: RunContext) =>
    new EventEffects((effect) => {
      if (passesEvent({ gfns }, effect, { strings, sources })) {
        list.push(eventLine(effect, gfns, { strings, sources }));
      }
    });
  await replayLines(lines, { observers: (context) => [observe(context)] });
  return list;
}

/** What each event changed. */
async function runsOf(lines: readonly object[]): Promise<ChangeRun[][]> {
  const all: ChangeRun[][] = [];
  const effects = new EventEffects(({ changes }) => {
    all.push(Array.from({ length: changes.length }, (_, index) => changes.run(index)));
  });
  await replayLines(lines, { observers: () => [effects] });
  return all;
}

describe("what an event did", () => {
  it("is one line for a call, with arguments and result, where it returned", async () => {
    const list = await linesOf(reservation(1, 1, [0x80010, 0x80011]));
    expect(list).toEqual([
      {
        event: 2,
        time: 1.5,
        task: "balloon-7",
        text: "decrease_reservation(domid=0x7ff0 extent_order=0 mem_flags=0x0 nr_extents=2; extents=[0x80010,0x80011]) = 2",
        changes: [{ gfn: 0x80010, count: 2, from: "own", to: "hole", mfn: null }],
        more: 0,
        location: { path: expect.any(String), place: 3, unit: "line" },
        findings: [],
      },
    ]);
  });

  it("carries what it showed to be wrong", async () => {
    const list = await linesOf([...reservation(1, 1, [0x80010]), dma(0x80010), dma(0x80020)]);
    expect(list.map(({ event, findings }) => [event, findings.map(({ rule }) => rule)])).toEqual([
      [2, []],
      [3, ["G44"]],
      [4, []],
    ]);
  });

  it("is known of each frame of a call that changes many scattered ones", async () => {
    for (const gfn of [scattered[0], scattered[63], scattered[64], scattered[199]]) {
      const list = await linesOf(reservation(1, 1, scattered), [{ first: gfn, last: gfn }]);
      expect(
        list.map(({ event, changes, more }) => [event, changes.map((change) => change.gfn), more]),
      ).toEqual([[2, [gfn], 199]]);
    }
    expect(await linesOf(reservation(1, 1, scattered), [{ first: 0x80001, last: 0x80001 }])).toEqual([]);
  });

  it("shows the first of many changes, and how many more there are", async () => {
    const [{ changes, more }] = await linesOf(reservation(1, 1, scattered));
    expect([changes.length, more]).toEqual([CHANGE_RUNS_SHOWN, scattered.length - CHANGE_RUNS_SHOWN]);
  });

  it("joins frames whose mfns follow, in each domain apart", async () => {
    const [gone, back] = await runsOf([
      ...reservation(1, 1, [0x80010, 0x80011, 0x80012]),
      ...reservation(2, 6, [0x80010, 0x80011, 0x80012]),
    ]);
    expect(gone).toMatchObject([{ domid: 0, gfn: 0x80010, count: 3, mfn: null }]);
    expect(back).toMatchObject([{ domid: 0, gfn: 0x80010, count: 3, mfn: 0x80010 }]);
  });

  it("is told of a call whose end never came, with what it may have changed", async () => {
    const gfn = 0x80010;
    const [line] = await linesOf([begun(1, 1, [gfn])], [{ first: gfn, last: gfn }]);
    expect(line).toMatchObject({
      event: 1,
      time: 1,
      changes: [{ gfn, count: 1, from: "own", to: "unknown" }],
    });
    expect(line.text).toMatch(/ = \? \(its end is not in the log\)$/);
  });

  it("counts a DMA as being about the frames that it names", async () => {
    const list = await linesOf([dma(0x80010), dma(0x80020)], [{ first: 0x80020, last: 0x80020 }]);
    expect(list.map(({ event, text }) => [event, text])).toEqual([
      [2, "dma map disk to device  phys=0x80020000 bus=0x80020000"],
    ]);
  });
});
