import type { Redis } from "ioredis";
import { FleetError } from "../fleet-error.ts";
import { ATTEMPTS_MAX, LOOK_MS, PARTS_LOOKED_AT, RETRY_MS } from "../limits.ts";
import { discardJob } from "./discard-job.ts";
import type { PartJoiner } from "./join-part.ts";
import { jobKey, PARTS, PREFIX, RUNS } from "./queue-names.ts";

/** Key that the one worker holds who looks now. */
const LOOK = `${PREFIX}:look`;
/** Members of a job that BullMQ reads as JSON: where one is none, no worker can take the job up, nor give it an end. */
const JSON_MEMBERS = ["data", "opts", "parent", "progress"];

/**
 * Looks for parts that would never have an end: jobs of theirs are gone or cannot be read, because somebody else has written to the
 * Redis, or it has lost what it was told. Those jobs are taken away, and a part of which no job is left is joined.
 */
export class LostJobs {
  private readonly redis: Redis;
  private readonly joiner: PartJoiner;

  constructor(redis: Redis, joiner: PartJoiner) {
    this.redis = redis;
    this.joiner = joiner;
  }

  /** Looks at the oldest parts, unless another worker has done so within LOOK_MS. */
  async look(): Promise<void> {
    if ((await this.redis.set(LOOK, "1", "PX", LOOK_MS, "NX")) === null) return;
    const last = PARTS_LOOKED_AT - 1;
    await this.discardPutOff();
    const all = `${PREFIX}:${PARTS}`;
    const waiting = await this.redis.zrange(`${all}:waiting-children`, "0", String(last));
    for (const id of waiting) if (!(await this.hasOpenRun(id))) await this.end(id);
    const ready = [
      ...(await this.redis.lrange(`${all}:active`, 0, last)),
      ...(await this.redis.lrange(`${all}:wait`, -PARTS_LOOKED_AT, -1)),
    ];
    for (const id of ready) if (!(await this.isWhole(jobKey(PARTS, id)))) await this.end(id);
  }

  /** Takes away what is to be tried again later than any run is. BullMQ's scores are milliseconds in units of 1/4096. */
  private async discardPutOff(): Promise<void> {
    for (const queue of [RUNS, PARTS] as const) {
      const most = (Date.now() + RETRY_MS * 2 ** ATTEMPTS_MAX) * 4_096;
      const key = `${PREFIX}:${queue}:delayed`;
      const late = await this.redis.zrangebyscore(key, most, "+inf", "LIMIT", 0, PARTS_LOOKED_AT);
      for (const id of late) await discardJob(this.redis, queue, id);
    }
  }

  /** Whether a part that waits for its runs will come to an end by itself. */
  private async hasOpenRun(id: string): Promise<boolean> {
    const part = jobKey(PARTS, id);
    const before = await this.redis.smembers(`${part}:dependencies`);
    const isIdle = await this.isIdle();
    const isOpen = isIdle ? [] : await Promise.all(before.map((run) => this.isWhole(run, part)));
    for (const run of before.filter((_, at) => isOpen[at] !== true)) {
      // One that has ended meanwhile is no dependency any more.
      const isLost = (await this.redis.sismember(`${part}:dependencies`, run)) === 1;
      if (isLost) await discardJob(this.redis, RUNS, run.slice(jobKey(RUNS, "").length));
    }
    if (isOpen.includes(true)) return true;
    // The last of them may have ended just now: then the part does not wait any more.
    return (await this.redis.zscore(`${PREFIX}:${PARTS}:waiting-children`, id)) === null;
  }

  /** Whether no run of any fleet waits, is worked on or is to be tried again. */
  private async isIdle(): Promise<boolean> {
    const all = `${PREFIX}:${RUNS}`;
    const lists = ["wait", "active", "paused"].map((list) => this.redis.llen(`${all}:${list}`));
    const sets = ["delayed", "prioritized"].map((set) => this.redis.zcard(`${all}:${set}`));
    return (await Promise.all([...lists, ...sets])).every((count) => count === 0);
  }

  /** Whether a worker can take a job up, and tell its parent of its end. */
  private async isWhole(key: string, parent?: string): Promise<boolean> {
    const members = await this.redis.hmget(key, ...JSON_MEMBERS, "parentKey", "finishedOn").catch(() => null);
    if (members === null) return false;
    const [parentKey, finishedOn] = members.slice(JSON_MEMBERS.length);
    if (members[0] === null || (parent !== undefined && parentKey !== parent) || finishedOn !== null)
      return false;
    return members.slice(0, JSON_MEMBERS.length).every((text) => text === null || isJson(text));
  }

  private async end(id: string): Promise<void> {
    try {
      await this.joiner.join(id);
    } catch (error) {
      // Nobody can ask for a fleet of which the Redis holds nonsense: who does is told so.
      if (!(error instanceof FleetError)) throw error;
    }
    await discardJob(this.redis, PARTS, id);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
