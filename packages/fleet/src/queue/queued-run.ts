import { FleetError } from "../fleet-error.ts";
import type { FleetRun } from "../manifest/fleet-run.ts";
import { isObject, textOf } from "../manifest/json-members.ts";
import { readRunLine, runLine } from "../manifest/run-line.ts";

/** A run in a queue. */
export interface QueuedRun {
  /** The fleet's name. */
  readonly fleet: string;
  readonly run: FleetRun;
  /** Folder that the run's names of files are relative to. */
  readonly base: string;
}

/** A run as a job's data. */
export function runData({ fleet, run, base }: QueuedRun): object {
  return { fleet, run: runLine(run), base };
}

/** The run of a job's data, which anybody may have written who may write to Redis. Throws FleetError. */
export function runOfData(data: unknown, where: string): QueuedRun {
  if (!isObject(data)) throw new FleetError(`${where}: this is no run`);
  const run = readRunLine(textOf(data, "run", where), where);
  return { fleet: textOf(data, "fleet", where), run, base: textOf(data, "base", where) };
}
