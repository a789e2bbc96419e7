import { EventBatch } from "../src/events/event-batch.ts";
import { EventKind } from "../src/events/event-kind.ts";
import { StringTable } from "../src/events/string-table.ts";
import type { LogSource } from "../src/log/open-log.ts";
import { type MergedLogs, type MergeOptions, mergeLogs } from "../src/merge/merge.ts";
import { WholeLog } from "./read-log.ts";

/** A log that is in memory, handed out in batches of `size` events. */
export function sourceOf(log: WholeLog, path = "log", size = 100): LogSource {
  return {
    path,
    format: "ndjson",
    placeUnit: "line",
    header: null,
    stats: log.stats,
    strings: log.strings,
    inputSize: undefined,
    inputRead: 0,
    async *batches() {
      const out = new EventBatch();
      for (let row = 0; row < log.batch.length; row++) {
        out.append(log.batch, row);
        if (out.length < size && row + 1 < log.batch.length) continue;
        yield out;
        out.clear();
      }
    },
    async close() {},
  };
}

/** What came of merging logs. */
export class MergeResult extends WholeLog {
  readonly merged: MergedLogs;

  constructor(merged: MergedLogs, strings: StringTable) {
    super(strings);
    this.merged = merged;
  }
}

export async function merge(logs: readonly WholeLog[], options: MergeOptions = {}): Promise<MergeResult> {
  const sources = logs.map((log, index) => sourceOf(log, `log ${index}`));
  const result = new MergeResult(mergeLogs(sources, options), logs[0]?.strings ?? new StringTable());
  for await (const batch of result.merged.batches()) {
    for (let row = 0; row < batch.length; row++) result.batch.append(batch, row);
  }
  return result;
}

/** Rows of a batch, in order, that pass a test. */
export function rows({ batch }: WholeLog, test: (row: number) => boolean = () => true): number[] {
  return Array.from({ length: batch.length }, (_, row) => row).filter(test);
}

/** Enters by call id. */
export function enters(log: WholeLog): Map<number, number> {
  return new Map(
    rows(log, (row) => log.batch.kind[row] === EventKind.enter).map((row) => [log.batch.call[row], row]),
  );
}
