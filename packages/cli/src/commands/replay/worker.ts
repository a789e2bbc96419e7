import { parentPort } from "node:worker_threads";
import { type RunTask, runReplay } from "./run-replay.ts";
import type { WorkerAnswer } from "./worker-pool.ts";

/** Replays the runs that the main thread hands over. Standard input and lists of events stay with the main thread. */
export function serveRuns(): void {
  parentPort?.on("message", async (task: RunTask) => {
    parentPort?.postMessage(await answer(task));
  });
}

async function answer(task: RunTask): Promise<WorkerAnswer> {
  try {
    const outcome = await runReplay(task, {
      stdin: (async function* () {})(),
      onLines: async () => {},
      onProgress: () => {},
    });
    return { outcome };
  } catch (error) {
    return { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
