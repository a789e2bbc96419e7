import { orAborted } from "@xgt/hypercall-log";
import type { ReportOutput } from "../../reports/report-output.ts";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import { Progress } from "../../terminal/progress.ts";
import { type RunOutcome, type RunTask, runReplay } from "./run-replay.ts";
import { WorkerPool } from "./worker-pool.ts";

/** Where reports go. */
interface Destination {
  readonly io: Io;
  readonly report: ReportOutput;
  /** Told of each run, in order. */
  readonly onOutcome: (outcome: RunOutcome) => void;
}

/** Runs that are under way or done before their turn to be written, for each job. */
const AHEAD_PER_JOB = 2;

/** Replays runs, up to `jobs` at a time, and writes their reports in the order given. Returns the exit status. */
export async function runAll(tasks: readonly RunTask[], jobs: number, to: Destination): Promise<number> {
  const workers = Math.min(jobs, tasks.length);
  // Lists of events are written while they are made: that is for one run at a time.
  const pool =
    workers > 1 && to.io.workerFile !== undefined && !tasks[0].view.events
      ? new WorkerPool(to.io.workerFile, workers)
      : null;
  const started = new Map<number, Promise<RunOutcome>>();
  const signal = to.io.interrupt?.signal;
  let status: number = ExitStatus.clean;
  try {
    let next = 0;
    for (let turn = 0; turn < tasks.length; turn++) {
      const ahead = pool === null ? turn + 1 : Math.min(tasks.length, turn + workers * AHEAD_PER_JOB);
      for (; next < ahead; next++) started.set(next, start(tasks[next], pool, to));
      const outcome = await orAborted(
        started.get(turn) as Promise<RunOutcome>,
        pool === null ? undefined : signal,
      );
      if (outcome === null) break;
      started.delete(turn);
      await to.io.stderr.write(outcome.messages);
      if (outcome.document !== null) await to.report.document(outcome.document);
      to.onOutcome(outcome);
      status = Math.max(status, outcome.status);
      if (signal?.aborted) break;
    }
    await to.report.end();
  } finally {
    await pool?.close();
  }
  return signal?.aborted ? ExitStatus.interrupted : status;
}

function start(task: RunTask, pool: WorkerPool | null, to: Destination): Promise<RunOutcome> {
  const outcome = pool === null || task.request.paths.includes("-") ? runHere(task, to) : pool.run(task);
  // A failure is met when the run's turn comes, also if that is later.
  outcome.catch(() => {});
  return outcome;
}

async function runHere(task: RunTask, { io, report }: Destination): Promise<RunOutcome> {
  const progress = new Progress(io, task.view.quiet);
  try {
    return await runReplay(task, {
      stdin: io.stdin,
      signal: io.interrupt?.signal,
      onLines: (lines) => report.events(lines),
      onProgress: (inputs) => progress.tick(inputs),
      onFindings: async (findings, story) => {
        progress.clear();
        await report.live(findings, story);
      },
    });
  } finally {
    progress.clear();
  }
}
