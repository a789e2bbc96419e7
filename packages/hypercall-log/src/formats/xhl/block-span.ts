import type { EventBatch } from "../../events/event-batch.ts";
import { EventKind, isNumbered } from "../../events/event-kind.ts";

/** What the rows of a block are of a log: how many events, and of which time. */
export interface BlockSpan {
  /** Rows that have a number. */
  readonly events: number;
  /** Seconds; NaN: no row has a time. */
  readonly earliest: number;
  readonly latest: number;
  /** Rows that tell of lost records. */
  readonly losses: number;
}

/** The span of a batch's rows from `from` on. Rows of several CPUs need not be in order of time. */
export function spanOf(batch: EventBatch, from = 0): BlockSpan {
  const { kind, time, length } = batch;
  let [events, earliest, latest, losses] = [0, Number.NaN, Number.NaN, 0];
  for (let row = from; row < length; row++) {
    if (isNumbered(kind[row])) events++;
    if (kind[row] === EventKind.lost || kind[row] === EventKind.gap) losses++;
    const seconds = time[row];
    if (!(seconds >= earliest) && !Number.isNaN(seconds)) earliest = seconds;
    if (!(seconds <= latest) && !Number.isNaN(seconds)) latest = seconds;
  }
  return { events, earliest, latest, losses };
}
