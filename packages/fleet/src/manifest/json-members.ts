import { FleetError } from "../fleet-error.ts";
import { GROUP_KEYS_MAX } from "../limits.ts";
import type { RunGroup } from "./fleet-run.ts";

/** An object as JSON gives it. */
export interface JsonObject {
  readonly [name: string]: unknown;
}

/** A line of JSON that must be an object. Throws FleetError. */
export function objectOf(line: string, where: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new FleetError(`${where}: ${error instanceof Error ? error.message : error}`);
  }
  if (isObject(value)) return value;
  throw new FleetError(`${where}: this is no JSON object`);
}

/** Whether a value is an object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A member that is a text or absent. Throws FleetError. */
export function optionalText(object: JsonObject, name: string, where: string): string | undefined {
  const value = object[name];
  if (value === undefined || value === null || typeof value === "string") return value ?? undefined;
  throw new FleetError(`${where}: ${name} is a text`);
}

/** A member that is a text. Throws FleetError. */
export function textOf(object: JsonObject, name: string, where: string): string {
  const value = optionalText(object, name, where);
  if (value === undefined) throw new FleetError(`${where}: ${name} is missing`);
  return value;
}

/** A member that counts something; absent: 0. Throws FleetError. */
export function countOf(object: JsonObject, name: string, where: string): number {
  const value = object[name] ?? 0;
  if (Number.isSafeInteger(value) && Number(value) >= 0) return Number(value);
  throw new FleetError(`${where}: ${name} is a number from 0 on`);
}

/** A member that is a list; absent: empty. Throws FleetError. */
export function listOf(object: JsonObject, name: string, where: string): readonly unknown[] {
  const value = object[name] ?? [];
  if (Array.isArray(value)) return value;
  throw new FleetError(`${where}: ${name} is a list`);
}

/** The group of a run, keys in order; absent: none. Throws FleetError. */
export function groupOf(object: JsonObject, where: string): RunGroup {
  const value = object.group ?? {};
  if (!isObject(value)) throw new FleetError(`${where}: group is an object of texts`);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length > GROUP_KEYS_MAX) {
    throw new FleetError(`${where}: more than ${GROUP_KEYS_MAX} keys in group`);
  }
  return Object.fromEntries(
    entries.map(([key, text]) => {
      if (typeof text === "string") return [key, text];
      throw new FleetError(`${where}: group.${key} is a text`);
    }),
  );
}
