import { FleetError } from "../fleet-error.ts";
import { PART_RUNS } from "../limits.ts";
import { countOf, objectOf, optionalText, textOf } from "../manifest/json-members.ts";
import { fleetKey } from "./queue-names.ts";

/** Some runs of a fleet that are queued together. */
export interface QueuedPart {
  /** From 0. */
  readonly number: number;
  readonly runs: number;
  /** Of the lines of its runs. */
  readonly digest: string;
  /** Of the states of their files; undefined: of one of them nobody could tell. */
  readonly states: string | undefined;
}

/** What a Redis knows of a fleet. */
export interface QueuedFleet {
  /** In order of their numbers. */
  readonly parts: readonly QueuedPart[];
  /** No more parts come. */
  readonly isWhole: boolean;
}

/** The part of Redis that a fleet's state is read by. */
interface Hashes {
  hget(key: string, field: string): Promise<string | null>;
  hgetall(key: string): Promise<Record<string, string>>;
}

/** Seconds that results are kept where the fleet does not say. */
export const KEEP_SECONDS = 30 * 86_400;

const PART = "part:";
/** Field that is there once all parts are. */
export const WHOLE = "whole";
/** Field: seconds that results are kept after the last of them. */
export const KEEP = "keep";

/** Field of a part. */
export function partField(number: number): string {
  return `${PART}${number}`;
}

/** What stands there for a part. */
export function partText({ runs, digest, states }: QueuedPart): string {
  return JSON.stringify({ runs, digest, states });
}

/** What is known of a fleet; null: nothing. Throws FleetError. */
export async function readFleet(redis: Hashes, name: string): Promise<QueuedFleet | null> {
  const fields = await redis.hgetall(fleetKey(name));
  const entries = Object.entries(fields);
  if (entries.length === 0) return null;
  const parts = entries
    .filter(([field]) => field.startsWith(PART))
    .map(([field, text]) => partOf(field, text, `fleet ${name}: ${field}`));
  return { parts: parts.sort((a, b) => a.number - b.number), isWhole: fields[WHOLE] !== undefined };
}

/** One part of a fleet; null: nothing is known of it, as of a fleet that has expired. Throws FleetError. */
export async function readPart(redis: Hashes, name: string, number: number): Promise<QueuedPart | null> {
  const field = partField(number);
  const text = await redis.hget(fleetKey(name), field);
  return text === null ? null : partOf(field, text, `fleet ${name}: ${field}`);
}

/** Seconds that a fleet's results are kept after the last of them. */
export async function readKeep(redis: Hashes, name: string): Promise<number> {
  const text = (await redis.hget(fleetKey(name), KEEP)) ?? "";
  return /^[1-9][0-9]{0,9}$/.test(text) ? Number(text) : KEEP_SECONDS;
}

function partOf(field: string, text: string, where: string): QueuedPart {
  const object = objectOf(text, where);
  const runs = countOf(object, "runs", where);
  const number = Number(field.slice(PART.length));
  if (runs > PART_RUNS || !Number.isSafeInteger(number)) throw new FleetError(`${where}: this is no part`);
  const states = optionalText(object, "states", where);
  return { number, runs, digest: textOf(object, "digest", where), states };
}
