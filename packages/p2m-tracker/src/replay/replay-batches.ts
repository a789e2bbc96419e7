import type { EventBatch } from "@xgt/hypercall-log";
import type { Replay } from "./replay.ts";
import type { ReplayResult } from "./replay-result.ts";

/** A replay that is over, and what it counted. */
export interface FinishedReplay {
  readonly replay: Replay;
  readonly result: ReplayResult;
}

/**
 * Replays batches to their end, or to the event that the replay stops at.
 * @param begin Makes the replay; called once the first batch is there: then the logs know their headers.
 * @param onBatch A batch is done, `rows` of it are replayed. The replay goes on when the promise is resolved.
 */
export async function replayBatches(
  batches: AsyncIterable<EventBatch>,
  begin: () => Replay,
  onBatch?: (replay: Replay, batch: EventBatch, rows: number) => Promise<void>,
): Promise<FinishedReplay> {
  let replay: Replay | undefined;
  for await (const batch of batches) {
    replay ??= begin();
    const rows = replay.feed(batch);
    await onBatch?.(replay, batch, rows);
    if (replay.stopped) break;
  }
  replay ??= begin();
  return { replay, result: replay.finish() };
}
