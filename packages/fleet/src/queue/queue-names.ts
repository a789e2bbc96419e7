import { FleetError } from "../fleet-error.ts";
import { NAME_CHARACTERS_MAX } from "../limits.ts";

/** What all our keys in a Redis begin with. */
export const PREFIX = "xgt";
/** Queue of runs: the children. */
export const RUNS = "runs";
/** Queue of parts: each is the parent of its runs, and is worked on once all of them are done. */
export const PARTS = "parts";

/** Key of what is known of a fleet: its parts, and whether they are all. */
export function fleetKey(name: string): string {
  return `${PREFIX}:fleet:${name}`;
}

/** Key of a fleet's results, by part. */
export function resultsKey(name: string): string {
  return `${fleetKey(name)}:results`;
}

/** Id of a part's job. */
export function partId(name: string, part: number): string {
  return `${name}.${part}`;
}

/** Id of a run's job. */
export function runId(name: string, part: number, at: number): string {
  return `${partId(name, part)}.${at}`;
}

/** Throws FleetError where a fleet cannot be called so in a queue. */
export function checkName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._+@-]*$/.test(name) && name.length <= NAME_CHARACTERS_MAX) return;
  throw new FleetError(
    `a fleet's name in a queue is letters, digits and . _ + @ -, up to ${NAME_CHARACTERS_MAX} of them`,
  );
}
