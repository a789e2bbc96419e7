import type { Redis } from "ioredis";
import { jobKey, type PARTS, PREFIX, type RUNS } from "./queue-names.ts";

/** What BullMQ keeps of a job beside its own key. */
const OWN_KEYS = ["lock", "logs", "dependencies", "processed", "failed", "unsuccessful"];
/** Where BullMQ keeps jobs' ids. */
const LISTS = ["wait", "active", "paused"];
const SETS = ["waiting-children", "delayed", "prioritized", "completed", "failed"];

/**
 * Takes a job away, whatever stands in its place: BullMQ's own removal needs a job that is whole. Its parent is not told.
 */
export async function discardJob(redis: Redis, queue: typeof RUNS | typeof PARTS, id: string): Promise<void> {
  const key = jobKey(queue, id);
  const all = `${PREFIX}:${queue}`;
  const discard = redis.pipeline().del(key, ...OWN_KEYS.map((own) => `${key}:${own}`));
  for (const list of LISTS) discard.lrem(`${all}:${list}`, 0, id);
  for (const set of SETS) discard.zrem(`${all}:${set}`, id);
  await discard.srem(`${all}:stalled`, id).exec();
}
