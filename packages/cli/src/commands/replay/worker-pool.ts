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

/** Threads that replay runs, one each at a time. */
export class WorkerPool {
  private readonly workers: PoolWorker[];
  private readonly waiting: Job[] = [];
  private readonly make: () => PoolWorker;

  /** @param memory MiB that the objects of one thread may take; a run that needs more fails alone. Absent: Node's own bound. */
  constructor(file: URL, size: number, memory?: number) {
    this.make = () => new PoolWorker(file, memory, (error) => this.next(error));
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
  private job: Job | undefined;
  failed = false;
  hasWorked = false;

  constructor(file: URL, memory: number | undefined, onFree: (error?: Error) => void) {
    this.thread = startThread(file, memory);
    this.thread.on("message", (answer: WorkerAnswer) => {
      const job = this.job;
      this.job = undefined;
      if ("outcome" in answer) job?.resolve(answer.outcome);
      else job?.reject(new Error(answer.failure));
      onFree();
    });
    this.thread.on("error", (error: Error) => {
      this.failed = true;
      this.job?.reject(error);
      onFree(error);
    });
  }

  get isFree(): boolean {
    return this.job === undefined && !this.failed;
  }

  start(job: Job): void {
    this.hasWorked = true;
    this.job = job;
    this.thread.postMessage(job.task);
  }

  async close(): Promise<void> {
    await this.thread.terminate();
  }
}
