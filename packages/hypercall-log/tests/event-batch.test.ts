import { describe, expect, it } from "vitest";
import { EventBatch } from "../src/events/event-batch.ts";
import { EventKind, Recorded } from "../src/events/event-kind.ts";

/** The columns of a row that `add` leaves as not recorded. */
function blankColumns(batch: EventBatch, row: number): readonly number[] {
  const { time, call, ret, multicall, domid, cpu, pid, comm, nr, cmd, entry, via, start, source } = batch;
  return [time, call, ret, multicall, domid, cpu, pid, comm, nr, cmd, entry, via, start, source].map(
    (column) => column[row],
  );
}

const { NaN: none } = Number;
const blank = [none, none, none, none, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0];

/** Adds an event with every column and a payload of its own. */
function addFull(batch: EventBatch, place: number): void {
  const row = batch.add(EventKind.enter, place);
  for (const name of ["time", "call", "ret", "multicall", "start"] as const) batch[name][row] = place + 0.5;
  for (const name of ["domid", "cpu", "pid", "comm", "nr", "cmd", "entry"] as const) batch[name][row] = place;
  batch.via[row] = 2;
  batch.source[row] = 3;
  batch.pushWord(place);
}

describe("an event batch", () => {
  it("adds events with nothing recorded, after growing, clearing and taking back too", () => {
    const batch = new EventBatch();
    for (let round = 0; round < 2; round++) {
      for (let place = 1; place <= 5000; place++) {
        const row = batch.add(EventKind.exit, place);
        expect(blankColumns(batch, row)).toEqual(blank);
        batch.dropLast();
        addFull(batch, place);
        batch.pushNoArguments(Recorded.nothing);
        batch.dropLast();
        expect(blankColumns(batch, batch.add(EventKind.exit, place))).toEqual(blank);
        batch.dropLast();
        addFull(batch, place);
      }
      expect([batch.length, batch.wordsUsed]).toEqual([5000, 5000]);
      expect(batch.words[batch.payload[4999]]).toBe(5000);
      batch.clear();
    }
  });

  it("appends events of another batch with all they hold", () => {
    const from = new EventBatch();
    const to = new EventBatch();
    for (let place = 1; place <= 3; place++) addFull(from, place);
    from.pushU64(-1, 5);
    to.add(EventKind.mark, 9);
    to.append(from, 1);
    const row = to.append(from, 2);
    expect(row).toBe(2);
    expect(blankColumns(to, row)).toEqual(blankColumns(from, 2));
    expect([to.kind[row], to.place[row]]).toEqual([EventKind.enter, 3]);
    expect([...to.words.subarray(to.payload[row], to.payloadEnd(row))]).toEqual([3, -1, 5]);
    expect([...to.words.subarray(to.payload[1], to.payloadEnd(1))]).toEqual([2]);
  });
});
