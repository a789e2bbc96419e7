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

/** The fleet and the part of a part's job. Throws FleetError. */
export function partOfId(id: string): { readonly fleet: string; readonly part: number } {
  const match = /^(.+)\.(0|[1-9][0-9]{0,8})$/.exec(id);
  if (match === null) throw new FleetError(`job ${id}: this is no part of a fleet`);
  return { fleet: match[1], part: Number(match[2]) };
}

/** Key of a job in Redis, of the queue of runs or of parts; a job's other keys begin with it. */
export function jobKey(queue: typeof RUNS | typeof PARTS, id: string): string {
  return `${PREFIX}:${queue}:${id}`;
}

/** Throws FleetError where a fleet cannot be called so in a queue. */
export function checkName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._+@-]*$/.test(name) && name.length <= NAME_CHARACTERS_MAX) return;
  throw new FleetError(
    `a fleet's name in a queue is letters, digits and . _ + @ -, up to ${NAME_CHARACTERS_MAX} of them`,
  );
}
