import { setTimeout as sleep } from "node:timers/promises";
import { ATTEMPTS_MAX, RETRY_MS } from "../limits.ts";

/** What kept a run from an answer and may pass by itself, such as a server that does not answer: it is tried again. */
export class PassingError extends Error {
  override readonly name = "PassingError";
}

/**
 * Tries work again that fails with a PassingError, as often and after such pauses as a queue does. Throws the last one.
 * `signal`: ends the pauses at once; the work itself must look at it.
 */
export async function tryAgain<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof PassingError) || attempt === ATTEMPTS_MAX) throw error;
    }
    await sleep(RETRY_MS * 2 ** (attempt - 1), undefined, { signal }).catch(() => {});
  }
}
