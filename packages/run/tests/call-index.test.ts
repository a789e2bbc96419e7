import { EventBatch, EventKind, StringTable } from "@xgt/hypercall-log";
import { describe, expect, it } from "vitest";
import { CALLS_REMEMBERED } from "../src/limits.ts";
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

  it("forgets the oldest calls of a long log, and only those", () => {
    const index = new CallIndex(sources, new StringTable());
    const last = 2 * (CALLS_REMEMBERED + 5);
    const batch = new EventBatch();
    const exit = batch.add(EventKind.exit, 7);
    batch.nr[exit] = 20;
    batch.cmd[exit] = 0;
    for (let event = 2; event <= last; event += 2)
      index.begin({ number: event, batch, row: exit, call: null });
    expect(index.describe(10)).toBe(null);
    expect(index.describe(12)?.message).toBe("map_grant_ref");
    expect(index.describe(last)?.message).toBe("map_grant_ref");
  });
});
