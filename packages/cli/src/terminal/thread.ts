// Threads of --jobs start the command's own program again.
import type { Worker } from "node:worker_threads";

/** First argument that threads are started with. */
const THREAD = "--serve-runs";

/** Whether this is such a thread, told without Node's module of threads: it would cost each start. */
export function isThread(): boolean {
  return process.argv[2] === THREAD && !threads().isMainThread;
}

/** A new thread of the program `file`. `memory`: MiB that its objects may take; undefined: Node's own bound. */
export function startThread(file: URL, memory: number | undefined): Worker {
  const limits = memory === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: memory } };
  return new (threads().Worker)(file, { argv: [THREAD], ...limits });
}

function threads(): typeof import("node:worker_threads") {
  return process.getBuiltinModule("node:worker_threads");
}
