import { type EventBatch, EventLoopTurns, untilAborted } from "@xgt/hypercall-log";
import type { Replay } from "./replay.ts";
import type { ReplayResult } from "./replay-result.ts";

/** A replay that is over, and what it counted. */
export interface FinishedReplay {
  readonly replay: Replay;
  readonly result: ReplayResult;
}

/**
 * Replays batches to their end, to the event that the replay stops at, or until `signal` is aborted: also within a
 * batch, which is replayed in slices.
 * @param begin Makes the replay; called once the first batch is there: then the logs know their headers.
 * @param onBatch A batch is done, `rows` of it are replayed. The replay goes on when the promise is resolved.
 */
export async function replayBatches(
  batches: AsyncIterable<EventBatch>,
  begin: () => Replay,
  onBatch?: (replay: Replay, batch: EventBatch, rows: number) => Promise<void>,
  signal?: AbortSignal,
): Promise<FinishedReplay> {
  const turns = new EventLoopTurns();
  let replay: Replay | undefined;
  for await (const batch of untilAborted(batches, signal)) {
    replay ??= begin();
    let rows = replay.feed(batch, 0, turns);
    while (rows < batch.length && !replay.stopped && !signal?.aborted) {
      await turns.pause();
      rows = replay.feed(batch, rows, turns);
    }
    await onBatch?.(replay, batch, rows);
    if (replay.stopped) break;
  }
  replay ??= begin();
  return { replay, result: replay.finish() };
}
