import { setImmediate as nextTurn } from "node:timers/promises";
import { SLICE_MS } from "../limits.ts";

/**
 * Cuts long work into slices, so that signals and timers get their turn: they are looked at between two turns of the
 * event loop only, and reading or replaying from memory may go on for minutes without one.
 */
export class EventLoopTurns {
  private sliceEnd = performance.now() + SLICE_MS;

  /** Whether the slice is used up: then the work should pause as soon as it can. */
  get isOver(): boolean {
    return performance.now() >= this.sliceEnd;
  }

  /** Lets others have their turn where the slice is used up. */
  async pause(): Promise<void> {
    if (!this.isOver) return;
    await nextTurn();
    this.sliceEnd = performance.now() + SLICE_MS;
  }
}

/** The promise's value, or null where the signal is aborted before that is there. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T | null> {
  if (signal === undefined) return promise;
  if (signal.aborted) return null;
  let stop = () => {};
  const end = new Promise<null>((resolve) => {
    stop = () => resolve(null);
    signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([promise, end]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/**
 * The items until the signal is aborted, each with a turn of the event loop behind it where the work on it took long.
 * What the source waits for then is left alone: it may never come.
 */
export async function* untilAborted<T>(items: AsyncIterable<T>, signal?: AbortSignal): AsyncGenerator<T> {
  const turns = new EventLoopTurns();
  const iterator = items[Symbol.asyncIterator]();
  let waits = false;
  try {
    while (!signal?.aborted) {
      waits = true;
      const next = await orAborted(iterator.next(), signal);
      if (next === null) return;
      waits = false;
      if (next.done === true) return;
      yield next.value;
      await turns.pause();
    }
  } finally {
    if (!waits) await iterator.return?.();
  }
}
