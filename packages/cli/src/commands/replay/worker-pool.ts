import type { Worker } from "node:worker_threads";
import { startThread } from "../../terminal/thread.ts";
import type { RunOutcome, RunTask } from "./run-replay.ts";

interface Job {
  readonly task: RunTask;
  readonly resolve: (outcome: RunOutcome) => void;
  readonly reject: (error: Error) => void;
}

/** What a worker answers. */
export type WorkerAnswer = { readonly outcome: RunOutcome } | { readonly failure: string };

/** What one run may take of a machine. */
export interface RunBounds {
  /** MiB that the objects of its thread may take; absent: Node's own bound. */
  readonly memory?: number;
  /** Seconds from its beginning; absent: as long as it takes. */
  readonly seconds?: number;
}

/** A run took longer than it may. */
export class RunTooLongError extends Error {
  override readonly name = "RunTooLongError";
}

/** Threads that replay runs, one each at a time. */
export class WorkerPool {
  private readonly workers: PoolWorker[];
  private readonly waiting: Job[] = [];
  private readonly make: () => PoolWorker;

  /** @param bounds Of one run: one that needs more fails alone. */
  constructor(file: URL, size: number, bounds: RunBounds = {}) {
    this.make = () => new PoolWorker(file, bounds, (error) => this.next(error));
    this.workers = Array.from({ length: size }, this.make);
  }

  /** Replays a run as soon as a thread is free. */
  run(task: RunTask): Promise<RunOutcome> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ task, resolve, reject });
      this.next();
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.close()));
  }

  /**
   * Hands on what waits; `error`: a thread ended by it. One that ended in the middle of a run is replaced; one that never began
   * any is not, and where it was the last one nothing can be done any more.
   */
  private next(error?: Error): void {
    for (const [at, worker] of this.workers.entries()) {
      if (worker.failed && worker.hasWorked) this.workers[at] = this.make();
    }
    if (error !== undefined && this.workers.every((candidate) => candidate.failed)) {
      for (const job of this.waiting.splice(0)) job.reject(error);
    }
    const worker = this.workers.find((candidate) => candidate.isFree);
    const job = worker === undefined ? undefined : this.waiting.shift();
    if (worker !== undefined && job !== undefined) worker.start(job);
  }
}

class PoolWorker {
  private readonly thread: Worker;
  private readonly seconds: number | undefined;
  private readonly onFree: (error?: Error) => void;
  private job: Job | undefined;
  private timer: NodeJS.Timeout | undefined;
  failed = false;
  hasWorked = false;

  constructor(file: URL, { memory, seconds }: RunBounds, onFree: (error?: Error) => void) {
    this.seconds = seconds;
    this.onFree = onFree;
    this.thread = startThread(file, memory);
    this.thread.on("message", (answer: WorkerAnswer) => {
      const job = this.takeJob();
      if ("outcome" in answer) job?.resolve(answer.outcome);
      else job?.reject(new Error(answer.failure));
      onFree();
    });
    this.thread.on("error", (error: Error) => this.fail(error));
  }

  get isFree(): boolean {
    return this.job === undefined && !this.failed;
  }

  start(job: Job): void {
    this.hasWorked = true;
    this.job = job;
    if (this.seconds !== undefined) {
      this.timer = setTimeout(() => this.endRun(), this.seconds * 1_000);
    }
    this.thread.postMessage(job.task);
  }

  async close(): Promise<void> {
    clearTimeout(this.timer);
    await this.thread.terminate();
  }

  /** Ends a run that takes too long, and the thread with it, whatever it is at. */
  private endRun(): void {
    void this.thread.terminate();
    this.fail(new RunTooLongError());
  }

  private fail(error: Error): void {
    this.failed = true;
    this.takeJob()?.reject(error);
    this.onFree(error);
  }

  private takeJob(): Job | undefined {
    clearTimeout(this.timer);
    const { job } = this;
    this.job = undefined;
    return job;
  }
}
