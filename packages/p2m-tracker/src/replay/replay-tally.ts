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

  /** An event of a DMA or of the guest's table took the straight path. */
  checked(kind: number): void {
    this.operations++;
    this.checkedEvents++;
    if (kind === this.lastKind) return;
    this.lastKind = kind;
    this.inputs.add(kind === EventKind.dma ? "dma" : "guest-p2m");
  }

  /** Notes the time of an event. */
  time(batch: EventBatch, row: number): void {
    const time = batch.time[row];
    if (Number.isNaN(time)) return;
    if (Number.isNaN(this.first)) this.first = time;
    this.last = time;
  }
}
