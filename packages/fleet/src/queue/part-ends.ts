import type { Redis } from "ioredis";
import { FleetError } from "../fleet-error.ts";
import type { FleetRun } from "../manifest/fleet-run.ts";
import { summarizeFailure } from "../summary/summarize.ts";
import { readSummary, summaryLine } from "../summary/summary-lines.ts";
import { jobKey, PARTS, partId, RUNS, runId } from "./queue-names.ts";
import { runOfData } from "./queued-run.ts";

/** Runs of a fleet that are queued together. */
interface PartName {
  readonly fleet: string;
  /** From 0. */
  readonly part: number;
  /** How many. */
  readonly runs: number;
}

/**
 * Lines of the summaries of a part's runs, by their place in it; undefined: a run has no end yet. What anybody may have written
 * who may write to the Redis, and is no summary, is a run without an answer.
 */
export async function partEnds(
  redis: Redis,
  { fleet, part, runs }: PartName,
): Promise<(string | undefined)[]> {
  const key = jobKey(PARTS, partId(fleet, part));
  const [done, failed] = await Promise.all([
    redis.hgetall(`${key}:processed`),
    redis.hgetall(`${key}:failed`),
  ]);
  const ends = Array.from({ length: runs }, async (_, at) => {
    const id = runId(fleet, part, at);
    const child = jobKey(RUNS, id);
    if (Object.hasOwn(done, child)) return lineOfValue(id, done[child]);
    if (!Object.hasOwn(failed, child)) return undefined;
    const data = await redis.hget(child, "data").catch(() => null);
    return summaryLine(summarizeFailure(runOfText(id, data), plainReason(failed[child])));
  });
  return Promise.all(ends);
}

/** Line of the summary of a run that has no answer, and of which no more than its job's id is known. */
export function endWithout(id: string, reason: string): string {
  return summaryLine(summarizeFailure(unknownRun(id), reason));
}

/** Line of the summary of a run whose job is gone. */
export function endOfGone(id: string): string {
  return endWithout(id, "its job is gone from the Redis, or damaged: somebody else has written there");
}

/** What a worker answered, which is a line of a summary in JSON. */
function lineOfValue(id: string, value: string): string {
  try {
    const line: unknown = JSON.parse(value);
    if (typeof line === "string") return summaryLine(readSummary(line, "the answer"));
  } catch (error) {
    if (!(error instanceof FleetError || error instanceof SyntaxError)) throw error;
  }
  return endWithout(id, "its answer in the Redis is damaged: somebody else has written there");
}

function runOfText(id: string, data: string | null): FleetRun {
  try {
    return runOfData(JSON.parse(data ?? "{}"), id).run;
  } catch (error) {
    if (!(error instanceof FleetError || error instanceof SyntaxError)) throw error;
    return unknownRun(id);
  }
}

function unknownRun(id: string): FleetRun {
  return { id, logs: [], domains: undefined, xen: undefined, page: undefined, group: {} };
}

function plainReason(reason: string): string {
  return reason.includes("stalled more than allowable limit")
    ? "every worker that replayed it went away in the middle"
    : reason;
}
