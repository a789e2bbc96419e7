import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { counted } from "@xgt/findings";
import { isRemote, workOnFleets } from "@xgt/fleet";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import { FleetProgress } from "./fleet-progress.ts";
import { FleetWorkers } from "./fleet-workers.ts";
import type { JobOptions } from "./job-options.ts";
import { type RedisOptions, withQueue } from "./redis-queue.ts";

/** How a machine works on fleets. */
export interface FleetWorkOptions extends RedisOptions, JobOptions {
  root?: string[];
  rate?: number;
  untilEmpty?: boolean;
  quiet?: boolean;
}

/** `xgt fleet work`: replays runs that are queued. Returns the exit status. */
export async function fleetWork(options: FleetWorkOptions, io: Io): Promise<number> {
  const jobs = options.jobs ?? availableParallelism();
  const roots = (options.root ?? ["."]).map((root) => (isRemote(root) ? root : resolve(root)));
  const signal = io.interrupt?.signal;
  const workers = new FleetWorkers(jobs, { memory: options.memory, seconds: options.runSeconds }, io);
  const progress = new FleetProgress(io, options.quiet === true, 0);
  let done = 0;
  const work = () =>
    withQueue("xgt fleet work", options, Number.POSITIVE_INFINITY, io, (connection) =>
      workOnFleets(connection, {
        jobs,
        rate: options.rate,
        replay: ({ fleet, run, base }) => unlessAborted(workers.summary(run, { base, roots }, fleet), signal),
        signal,
        untilEmpty: options.untilEmpty === true,
        onRun: () => {
          done++;
          progress.tick();
        },
      }),
    );
  try {
    await (io.interrupt?.while(work) ?? work());
  } finally {
    progress.clear();
    await workers.close();
  }
  if (options.quiet !== true) await io.stdout.write(`${counted(done, "run")} done\n`);
  return signal?.aborted ? ExitStatus.interrupted : ExitStatus.clean;
}

/** The promise's value, or null once the signal is aborted. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T | null> {
  if (signal === undefined) return promise;
  return new Promise((done, fail) => {
    const stop = () => done(null);
    signal.addEventListener("abort", stop, { once: true });
    promise.then(done, fail).finally(() => signal.removeEventListener("abort", stop));
    if (signal.aborted) stop();
  });
}
