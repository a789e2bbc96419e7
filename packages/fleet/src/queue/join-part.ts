import type { Job, Queue } from "bullmq";
import type { Redis } from "ioredis";
import { summarizeFailure } from "../summary/summarize.ts";
import { summaryLine } from "../summary/summary-lines.ts";
import { packSummaries } from "./packed-summaries.ts";
import { fleetKey, resultsKey } from "./queue-names.ts";
import { KEEP } from "./queued-fleet.ts";
import { partOfData, runOfData } from "./queued-run.ts";

/** Seconds that results are kept where the fleet does not say. */
const KEEP_SECONDS = 30 * 86_400;

/**
 * Makes one packed result of a part whose runs are all done. It may be made twice, by a worker that went away before its job was
 * marked as done, and then is the same: nothing counts twice.
 */
export class PartJoiner {
  private readonly redis: Redis;
  private readonly runs: Queue;

  constructor(redis: Redis, runs: Queue) {
    this.redis = redis;
    this.runs = runs;
  }

  /** Keeps the summaries of a part's runs, and of those that failed as well. Throws where one is missing: the part is tried again. */
  async join(job: Job): Promise<void> {
    const { fleet, part, runs } = partOfData(job.data, `job ${job.id}`);
    if ((await this.redis.hexists(resultsKey(fleet), String(part))) === 0)
      await this.keep(job, fleet, part, runs);
    await Promise.all(Object.keys(await job.getIgnoredChildrenFailures()).map((key) => this.forget(key)));
  }

  private async keep(job: Job, fleet: string, part: number, runs: number): Promise<void> {
    const lines = await linesOf(job, this.runs);
    if (lines.length !== runs) {
      throw new Error(`part ${part} of fleet ${fleet}: ${lines.length} of ${runs} runs have an end`);
    }
    const keep = Number((await this.redis.hget(fleetKey(fleet), KEEP)) ?? KEEP_SECONDS);
    const kept = this.redis.multi().hset(resultsKey(fleet), String(part), packSummaries(lines));
    await kept.expire(resultsKey(fleet), keep).expire(fleetKey(fleet), keep).exec();
  }

  private async forget(key: string): Promise<void> {
    await this.runs.remove(idOf(key));
  }
}

/** Lines of the summaries of a part's runs that have an end, those that failed too. */
export async function linesOf(job: Job, runs: Queue): Promise<string[]> {
  const done: Record<string, unknown> = await job.getChildrenValues();
  const lines = Object.values(done).filter((line) => typeof line === "string");
  for (const [key, reason] of Object.entries(await job.getIgnoredChildrenFailures())) {
    const child = await runs.getJob(idOf(key));
    if (child == null) continue;
    const { run } = runOfData(child.data, `job ${child.id}`);
    lines.push(summaryLine(summarizeFailure(run, plainReason(reason))));
  }
  return lines;
}

/** "xgt:runs:nightly.0.17" as "nightly.0.17". */
function idOf(key: string): string {
  return key.slice(key.lastIndexOf(":") + 1);
}

function plainReason(reason: string): string {
  return reason.includes("stalled more than allowable limit")
    ? "every worker that replayed it went away in the middle"
    : reason;
}
