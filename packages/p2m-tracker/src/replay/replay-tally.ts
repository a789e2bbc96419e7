import { type EventBatch, EventKind } from "@xgt/hypercall-log";
import type { RuleInput } from "../rules/kinds/rule.ts";

/** What a replay counts of its events, whichever way they go. */
export class ReplayTally {
  /** Extents, grant ops, batch items and single calls. */
  operations = 0;
  /** Events besides calls that something is checked of. */
  checkedEvents = 0;
  /** What rules need and the log has. */
  readonly inputs = new Set<RuleInput>();
  private lastKind = -1;
  private first = Number.NaN;
  private last = Number.NaN;

  /** Time of the first event that has one, and of the last; null: none has. */
  get timeFirst(): number | null {
    return Number.isNaN(this.first) ? null : this.first;
  }

  get timeLast(): number | null {
    return Number.isNaN(this.last) ? null : this.last;
  }

  /** Events of a kind, of DMA or of the guest's table, took the straight path. */
  checked(kind: number, events: number): void {
    this.operations += events;
    this.checkedEvents += events;
    if (kind === this.lastKind) return;
    this.lastKind = kind;
    this.inputs.add(kind === EventKind.dma ? "dma" : "guest-p2m");
  }

  /** Notes the time of an event. */
  time(batch: EventBatch, row: number): void {
    this.times(batch, row, row + 1);
  }

  /** Notes the times of the events in rows `from` to `end`. */
  times(batch: EventBatch, from: number, end: number): void {
    const { time } = batch;
    let first = from;
    if (Number.isNaN(this.first)) {
      while (first < end && Number.isNaN(time[first])) first++;
      if (first === end) return;
      this.first = time[first];
    }
    let last = end - 1;
    while (last >= first && Number.isNaN(time[last])) last--;
    if (last >= first) this.last = time[last];
  }
}
