import type { Redis } from "ioredis";
import { discardJob } from "./discard-job.ts";
import { packSummaries } from "./packed-summaries.ts";
import { endOfGone, partEnds } from "./part-ends.ts";
import { fleetKey, jobKey, PARTS, partOfId, RUNS, resultsKey, runId } from "./queue-names.ts";
import { readKeep, readPart } from "./queued-fleet.ts";

/**
 * Makes one packed result of a part whose runs all have an end. It may be made twice, by a worker that went away before its job was
 * marked as done, and then is the same: nothing counts twice.
 */
export class PartJoiner {
  private readonly redis: Redis;

  constructor(redis: Redis) {
    this.redis = redis;
  }

  /**
   * Keeps the summaries of a part's runs, of those that failed as well, and of those whose jobs are gone: no run of it may be open
   * any more. Throws FleetError where nobody can tell which runs these are.
   * @param id Of the part's job.
   */
  async join(id: string): Promise<void> {
    const { fleet, part } = partOfId(id);
    // Where nothing is known of the fleet it has expired: nobody can ask for it.
    const known = await readPart(this.redis, fleet, part);
    const isThere = (await this.redis.hexists(resultsKey(fleet), String(part))) === 1;
    if (known !== null && !isThere) await this.keep(fleet, part, known.runs);
    const failed = await this.redis.hkeys(`${jobKey(PARTS, id)}:failed`);
    for (const key of failed) await discardJob(this.redis, RUNS, key.slice(jobKey(RUNS, "").length));
  }

  private async keep(fleet: string, part: number, runs: number): Promise<void> {
    const ends = await partEnds(this.redis, { fleet, part, runs });
    const lines = ends.map((line, at) => line ?? endOfGone(runId(fleet, part, at)));
    const keep = await readKeep(this.redis, fleet);
    const kept = this.redis.multi().hset(resultsKey(fleet), String(part), packSummaries(lines));
    const answers = await kept.expire(resultsKey(fleet), keep).expire(fleetKey(fleet), keep).exec();
    for (const [error] of answers ?? []) if (error !== null) throw error;
  }
}
