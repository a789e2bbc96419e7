import { describe, expect, it } from "vitest";
import { EventBatch } from "../src/events/event-batch.ts";
import { EventKind } from "../src/events/event-kind.ts";
import { MERGE_ECHO_EVENTS } from "../src/limits.ts";
import { EchoFinder } from "../src/merge/merge-echo.ts";

const batch = new EventBatch();

/** Row of a DMA of one page; `shown`: what only some recorders say. */
function dma(bus: number, pid = 7, shown = -1): number {
  const row = batch.add(EventKind.dma, 1);
  batch.pid[row] = pid;
  for (const word of [0, 1, 0, 1, shown, shown, 7, bus, 0, bus, 0, 4096, 0]) batch.pushWord(word);
  return row;
}

function p2m(pfn: number): number {
  const row = batch.add(EventKind.guestP2m, 1);
  batch.pid[row] = 7;
  for (const word of [pfn, 0, 5, 0, 1, 0]) batch.pushWord(word);
  return row;
}

describe("what two logs both say", () => {
  it("counts once, whichever log says it first, and as often as it happens", () => {
    const finder = new EchoFinder();
    const seen = (log: 0 | 1, row: number, time: number) => finder.isEcho(batch, row, log, time);
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
    const finder = new EchoFinder();
    expect(finder.isEcho(batch, dma(0x1000), 0, 1)).toBe(false);
    expect(finder.isEcho(batch, dma(0x1000, 8), 1, 1)).toBe(false);
    expect(finder.isEcho(batch, dma(0x2000), 1, 1)).toBe(false);
    expect(finder.isEcho(batch, p2m(0x1000), 1, 1)).toBe(false);
    const mark = batch.add(EventKind.mark, 1);
    batch.pushWord(0);
    expect(finder.isEcho(batch, mark, 0, 1)).toBe(false);
    expect(finder.isEcho(batch, mark, 1, 1)).toBe(false);
  });

  it("is looked for at about the same time only, and without times by its order", () => {
    const finder = new EchoFinder();
    expect(finder.isEcho(batch, dma(0x1000), 0, 1)).toBe(false);
    expect(finder.isEcho(batch, dma(0x1000), 1, 1.4)).toBe(false);
    expect(finder.isEcho(batch, dma(0x5000), 0, Number.NaN)).toBe(false);
    expect(finder.isEcho(batch, dma(0x5000), 1, Number.NaN)).toBe(true);
  });

  it("is forgotten after many others", () => {
    const finder = new EchoFinder();
    finder.isEcho(batch, dma(0x1000), 0, 1);
    for (let n = 0; n < MERGE_ECHO_EVENTS; n++) finder.isEcho(batch, dma(0x100000 + n), 0, 1);
    expect(finder.isEcho(batch, dma(0x1000), 1, 1)).toBe(false);
    expect(finder.isEcho(batch, dma(0x100001), 1, 1)).toBe(true);
  });
});
