import type { Job } from "bullmq";
import { FleetError } from "../fleet-error.ts";
import { ATTEMPTS_MAX, EVENTS_KEPT, LOCK_MS, LOOK_MS, STALLED_CHECK_MS, STALLED_MAX } from "../limits.ts";
import { PassingError } from "../sources/passing-error.ts";
import type { RunSummary } from "../summary/run-summary.ts";
import { summarizeFailure } from "../summary/summarize.ts";
import { summaryLine } from "../summary/summary-lines.ts";
import { PartJoiner } from "./join-part.ts";
import { LostJobs } from "./lost-jobs.ts";
import { endWithout } from "./part-ends.ts";
import type { QueueConnection } from "./queue-connection.ts";
import { PARTS, PREFIX, RUNS } from "./queue-names.ts";
import { KEEP_SECONDS } from "./queued-fleet.ts";
import { type QueuedRun, runOfData } from "./queued-run.ts";

/** How runs of fleets are worked on. */
export interface FleetWork {
  /** Runs at a time. */
  readonly jobs: number;
  /** Runs a second, of all workers; undefined: as many as they can. */
  readonly rate: number | undefined;
  /** Replays a run; null: it was interrupted and is to be done by somebody else. Throws PassingError. */
  readonly replay: (run: QueuedRun) => Promise<RunSummary | null>;
  /** Ends the work once it is aborted: what is under way is given back. */
  readonly signal: AbortSignal | undefined;
  /** Ends the work once no run waits, is worked on or is to be tried again. */
  readonly untilEmpty: boolean;
  /** Told of each run that is done. */
  readonly onRun: () => void;
}

/** Milliseconds between two looks whether there is anything left to do. */
const EMPTY_CHECK_MS = 200;

/** Works on the runs of all fleets until it is interrupted, or nothing is left where that is wanted. */
export async function workOnFleets(connection: QueueConnection, work: FleetWork): Promise<void> {
  const { Queue, Worker } = connection.libraries;
  const options = { connection: connection.redis, prefix: PREFIX };
  const streams = { events: { maxLen: EVENTS_KEPT } };
  const runs = new Queue(RUNS, { ...options, streams });
  const parts = new Queue(PARTS, { ...options, streams });
  const joiner = new PartJoiner(connection.redis);
  const living = { lockDuration: LOCK_MS, stalledInterval: STALLED_CHECK_MS, maxStalledCount: STALLED_MAX };
  const runWorker = new Worker(RUNS, runProcessor(connection, work), {
    ...options,
    ...living,
    autorun: false,
    concurrency: work.jobs,
    ...(work.rate !== undefined && { limiter: { max: work.rate, duration: 1_000 } }),
  });
  const partWorker = new Worker(PARTS, ({ id = "" }) => joiner.join(id), {
    ...options,
    ...living,
    autorun: false,
    removeOnFail: { age: KEEP_SECONDS },
  });
  const lost = new LostJobs(connection.redis, joiner);
  // What keeps it from looking is told by the connection, or passes.
  const looking = setInterval(() => void lost.look().catch(() => {}), LOOK_MS);
  // The connection tells its own troubles.
  for (const worker of [runWorker, partWorker]) worker.on("error", () => {});
  for (const queue of [runs, parts]) queue.on("error", () => {});
  let isEnding = false;
  const running = [runWorker.run(), partWorker.run()];
  const end = async () => {
    if (isEnding) return;
    isEnding = true;
    await Promise.all([runWorker.pause(true), partWorker.pause(true)]);
  };
  const isEmpty = async () => {
    const counts = await Promise.all([runs, parts].map((queue) => queue.getJobCounts()));
    const left = counts.map(({ failed: _, completed: __, ...open }) => sum(Object.values(open)));
    return sum(left) === 0;
  };
  try {
    await ended(work, isEmpty, end);
    await Promise.all([runWorker.close(), partWorker.close()]);
    await Promise.allSettled(running);
  } finally {
    clearInterval(looking);
    await Promise.allSettled([runs.close(), parts.close()]);
  }
  if (connection.redis.status === "end") throw new FleetError(`${connection.shown}: the connection is lost`);
}

/** Replays the run of a job, and gives the line of its summary. */
function runProcessor({ libraries }: QueueConnection, work: FleetWork) {
  return async (job: Job, token?: string): Promise<string> => {
    const { id = "", attemptsMade } = job;
    let queued: QueuedRun;
    try {
      queued = runOfData(job.data, "its job in the Redis");
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      return endWithout(id, error.message);
    }
    let summary: RunSummary | null;
    try {
      summary = await work.replay(queued);
    } catch (error) {
      if (!(error instanceof PassingError) || attemptsMade + 1 < ATTEMPTS_MAX) throw error;
      summary = summarizeFailure(queued.run, error.message);
    }
    if (summary === null) {
      await job.moveToWait(token);
      throw new libraries.WaitingError();
    }
    work.onRun();
    return summaryLine(summary);
  };
}

/** Waits for the end of the work: the signal, or nothing left. */
async function ended(
  work: FleetWork,
  isEmpty: () => Promise<boolean>,
  end: () => Promise<void>,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const over = () => {
      clearInterval(timer);
      resolve();
    };
    const timer = setInterval(() => {
      if (!work.untilEmpty) return;
      isEmpty().then((is) => is && over(), reject);
    }, EMPTY_CHECK_MS);
    if (work.signal?.aborted === true) over();
    work.signal?.addEventListener("abort", over, { once: true });
  });
  await end();
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
