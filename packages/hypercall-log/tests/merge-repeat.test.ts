import { describe, expect, it } from "vitest";
import { DmaWriter } from "../src/events/dma-view.ts";
import { EventBatch } from "../src/events/event-batch.ts";
import { EventKind } from "../src/events/event-kind.ts";
import { GuestEntryWriter } from "../src/events/guest-entry-view.ts";
import { MERGE_REPEATS_EVENTS } from "../src/limits.ts";
import { RepeatFinder } from "../src/merge/merge-repeat.ts";

const batch = new EventBatch();
const writer = new DmaWriter(batch);
const entries = new GuestEntryWriter(batch);

/** Row of a DMA of one page; `shown`: what only some recorders say. */
function dma(bus: number, pid = 7, shown = -1): number {
  const row = batch.add(EventKind.dma, 1);
  batch.pid[row] = pid;
  writer.begin();
  writer.setDev(0);
  writer.setShown(shown);
  writer.setTotal(shown);
  writer.beginSegment();
  writer.setPhys(bus, 0);
  writer.setBus(bus, 0);
  writer.setSize(4096, 0);
  return row;
}

function p2m(pfn: number): number {
  const row = batch.add(EventKind.guestP2m, 1);
  batch.pid[row] = 7;
  entries.begin();
  entries.setPfn(pfn, 0);
  entries.setMfn(5, 0);
  return row;
}

describe("what two logs both say", () => {
  it("counts once, whichever log says it first, and as often as it happens", () => {
    const finder = new RepeatFinder();
    const seen = (log: 0 | 1, row: number, time: number) => finder.isRepeat(batch, row, log, time);
    expect(seen(0, dma(0x1000), 1)).toBe(false);
    expect(seen(0, dma(0x1000), 1.001)).toBe(false);
    expect(seen(1, dma(0x1000, 7, 1), 1.002)).toBe(true);
    expect(seen(1, dma(0x1000, 7, 1), 1.003)).toBe(true);
    expect(seen(1, dma(0x1000), 1.004)).toBe(false);
    expect(seen(0, dma(0x1000), 1.005)).toBe(true);
    expect(seen(1, p2m(0x30), 1.006)).toBe(false);
    expect(seen(0, p2m(0x30), 1.007)).toBe(true);
  });

  it("differs by thread, by content and by kind", () => {
    const finder = new RepeatFinder();
    expect(finder.isRepeat(batch, dma(0x1000), 0, 1)).toBe(false);
    expect(finder.isRepeat(batch, dma(0x1000, 8), 1, 1)).toBe(false);
    expect(finder.isRepeat(batch, dma(0x2000), 1, 1)).toBe(false);
    expect(finder.isRepeat(batch, p2m(0x1000), 1, 1)).toBe(false);
    const mark = batch.add(EventKind.mark, 1);
    batch.pushWord(0);
    expect(finder.isRepeat(batch, mark, 0, 1)).toBe(false);
    expect(finder.isRepeat(batch, mark, 1, 1)).toBe(false);
  });

  it("is looked for at about the same time only, and without times by its order", () => {
    const finder = new RepeatFinder();
    expect(finder.isRepeat(batch, dma(0x1000), 0, 1)).toBe(false);
    expect(finder.isRepeat(batch, dma(0x1000), 1, 1.4)).toBe(false);
    expect(finder.isRepeat(batch, dma(0x5000), 0, Number.NaN)).toBe(false);
    expect(finder.isRepeat(batch, dma(0x5000), 1, Number.NaN)).toBe(true);
  });

  it("is forgotten after many others", () => {
    const finder = new RepeatFinder();
    finder.isRepeat(batch, dma(0x1000), 0, 1);
    for (let n = 0; n < MERGE_REPEATS_EVENTS; n++) finder.isRepeat(batch, dma(0x100000 + n), 0, 1);
    expect(finder.isRepeat(batch, dma(0x1000), 1, 1)).toBe(false);
    expect(finder.isRepeat(batch, dma(0x100001), 1, 1)).toBe(true);
  });
});
