import { StringRenumbering } from "../events/batch-strings.ts";
import type { EventBatch } from "../events/event-batch.ts";
import type { StringTable } from "../events/string-table.ts";
import type { LogSource } from "../log/open-log.ts";
import type { ClockDifference } from "./merge-clock.ts";
import { PairMerger } from "./merge-pair.ts";

export interface MergeOptions {
  /** Seconds by which a log's clock is ahead of the first log's, by index of the log. */
  readonly skew?: ReadonlyMap<number, number>;
  /** The domain of a log's events that name none, by index of the log; absent: they stay without one. */
  readonly domids?: ReadonlyMap<number, number>;
  /** A batch of a log, by index of the log, as it is before it is merged. */
  readonly onBatch?: (log: number, batch: EventBatch) => void;
}

/** Several logs of one run as one. */
export interface MergedLogs {
  /**
   * The merged events. EventBatch.source is the index of the log that holds an event (of several the first), times are
   * by the first log's clock, strings those of the first log's table, call numbers are unique.
   */
  batches(): AsyncGenerator<EventBatch>;
  /** What is known of the clocks so far, one entry for each log but the first. */
  clocks(): ClockDifference[];
}

/**
 * Merges logs of one run. Each log keeps its own order; a call that several logs hold (same hypercall, thread and
 * arguments, in the same sequence) is one call with the members of all of them, and holds the logs together: what
 * lies between two calls stays between that log's own copies of them. A DMA or an update of the guest's p2m table that
 * two logs hold counts once. Clocks place the rest. Memory is bounded by
 * windows, whatever the logs' length. A call's time, place and source are those of the log named first that holds it.
 */
export function mergeLogs(sources: readonly LogSource[], options: MergeOptions = {}): MergedLogs {
  const strings = sources[0]?.strings;
  const logs = sources.map((source, index) => numbered(source, index, strings, options));
  const mergers: PairMerger[] = [];
  let merged = logs[0] ?? nothing();
  for (let index = 1; index < logs.length; index++) {
    const merger = new PairMerger(merged, logs[index], sources[index].path, options.skew?.get(index));
    mergers.push(merger);
    merged = merger.batches();
  }
  return { batches: () => merged, clocks: () => mergers.map((merger) => merger.clock()) };
}

async function* nothing(): AsyncGenerator<EventBatch> {}

/** A log's events with the log's index, their strings in another table. */
async function* numbered(
  source: LogSource,
  index: number,
  strings: StringTable | undefined,
  { onBatch, domids }: MergeOptions,
): AsyncGenerator<EventBatch> {
  const move =
    strings === undefined || strings === source.strings
      ? null
      : new StringRenumbering(stringMover(source.strings, strings));
  const domid = domids?.get(index);
  for await (const batch of source.batches()) {
    onBatch?.(index, batch);
    batch.source.fill(index, 0, batch.length);
    if (domid !== undefined) nameDomain(batch, domid);
    if (move !== null) move.apply(batch);
    yield batch;
  }
}

/** Events that name no domain are of `domid`. */
function nameDomain(batch: EventBatch, domid: number): void {
  for (let row = 0; row < batch.length; row++) if (batch.domid[row] < 0) batch.domid[row] = domid;
}

function stringMover(from: StringTable, to: StringTable): (index: number) => number {
  const known: number[] = [];
  return (index) => {
    known[index] ??= to.intern(from.get(index));
    return known[index];
  };
}
