import { EventBatch, EventKind, StringTable } from "@xgt/hypercall-log";
import { describe, expect, it } from "vitest";
import { EVENTS_REMEMBERED } from "../src/limits.ts";
import { CallIndex } from "../src/observers/call-index.ts";

const sources = [{ path: "run.jsonl", placeUnit: "line" as const }];

/** A call that ends at event `event`, of the task `comm`. */
function noteCall(index: CallIndex, event: number, comm: number): void {
  const batch = new EventBatch();
  const exit = batch.add(EventKind.exit, event);
  batch.call[exit] = event;
  batch.comm[exit] = comm;
  batch.nr[exit] = 12;
  batch.cmd[exit] = event % 2 === 0 ? 6 : 1;
  batch.time[exit] = event / 10;
  index.begin({ number: event, batch, row: exit, call: null });
}

describe("the index of calls", () => {
  it("names the call that ended at an event, who made it, when, and where it stands", () => {
    const strings = new StringTable();
    const index = new CallIndex(sources, strings);
    noteCall(index, 2, strings.intern("xen-balloon"));
    expect(index.describe(2)).toEqual({
      message: "populate_physmap by xen-balloon at 0.200000 s",
      event: 2,
      location: { path: "run.jsonl", place: 2, unit: "line" },
    });
    expect(index.callAt(2)).toEqual({ nr: 12, cmd: 6 });
    expect(index.describe(1)).toBe(null);
    expect(index.describe(3)).toBe(null);
  });

  it("knows DMAs and entries of the guest's table, which are no calls", () => {
    const index = new CallIndex(sources, new StringTable());
    const batch = new EventBatch();
    index.begin({ number: 1, batch, row: batch.add(EventKind.dma, 1), call: null });
    index.begin({ number: 2, batch, row: batch.add(EventKind.guestP2m, 2), call: null });
    expect(index.describe(1)?.message).toBe("DMA");
    expect(index.describe(2)?.message).toBe("an entry of the guest's own table");
    expect(index.callAt(1)).toBe(null);
  });

  it("forgets the oldest events of a long log, and only those", () => {
    const index = new CallIndex(sources, new StringTable());
    const last = EVENTS_REMEMBERED + 10;
    const batch = new EventBatch();
    const exit = batch.add(EventKind.exit, 7);
    batch.nr[exit] = 20;
    batch.cmd[exit] = 0;
    for (let event = 2; event <= last; event += 2)
      index.begin({ number: event, batch, row: exit, call: null });
    expect(index.describe(10)).toBe(null);
    expect(index.describe(12)?.message).toBe("map_grant_ref");
    expect(index.describe(13)).toBe(null);
    expect(index.describe(last)?.message).toBe("map_grant_ref");
  });

  it("knows events of a stretch as it does single ones, their calls joined", () => {
    const strings = new StringTable();
    const index = new CallIndex(sources, strings, true);
    const batch = new EventBatch();
    for (let i = 0; i < 40_000; i++) {
      const enter = batch.add(EventKind.enter, 3 * i + 1);
      batch.nr[enter] = 12;
      batch.cmd[enter] = 1;
      batch.pid[enter] = i;
      batch.comm[enter] = strings.intern(`task-${i % 10}`);
      batch.add(EventKind.exit, 3 * i + 2);
      batch.add(EventKind.guestP2m, 3 * i + 3);
    }
    index.passed(batch, 0, batch.length, 5);
    expect(index.describe(4)).toBe(null);
    expect(index.describe(5 + 3 * 12_345)).toBe(null);
    expect(index.actAt(6 + 3 * 12_345)).toEqual({
      name: "decrease_reservation",
      isCall: true,
      task: "task-5",
    });
    expect(index.actorAt(6 + 3 * 12_345)).toMatchObject({ pid: 12_345 });
    expect(index.actAt(7 + 3 * 12_345)?.name).toBe("an entry of the guest's own table");
    expect(index.describe(5 + batch.length)).toBe(null);
  });
});
