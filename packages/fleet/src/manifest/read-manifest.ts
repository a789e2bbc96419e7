import { FleetError } from "../fleet-error.ts";
import type { FleetRun } from "./fleet-run.ts";
import { isObject, objectOf, optionalText } from "./json-members.ts";
import { linesOf } from "./lines.ts";
import { readRunLine } from "./run-line.ts";

/** What a manifest begins with: {"xgt_fleet":1,"name":"nightly"}. */
const HEADER = "xgt_fleet";
const VERSION = 1;

/** Whether a text is a manifest rather than a log. */
export function isManifest(start: string): boolean {
  const end = start.indexOf("\n");
  try {
    const head: unknown = JSON.parse(end < 0 ? start : start.slice(0, end));
    return isObject(head) && HEADER in head;
  } catch {
    return false;
  }
}

/** A fleet as its manifest names it. */
export interface Manifest {
  /** "nightly"; empty: it has no name. */
  readonly name: string;
  readonly runs: AsyncIterable<FleetRun>;
}

/**
 * Reads a manifest: a line of JSON for the whole, then one for each run:
 * {"logs":["run.jsonl","trace.txt"],"domains":"spec.json","group":{"board":"rpi4","kernel":"6.12.9"}}.
 * Throws FleetError, while runs are taken too.
 * @param path As the user named it, for errors.
 */
export async function readManifest(
  pieces: AsyncIterable<Uint8Array | string>,
  path: string,
): Promise<Manifest> {
  const lines = linesOf(pieces, path)[Symbol.asyncIterator]();
  const first = await lines.next();
  const where = `${path}:1`;
  if (first.done === true) throw new FleetError(`${path}: is empty`);
  const head = objectOf(first.value.text, where);
  if (head[HEADER] !== VERSION) {
    throw new FleetError(`${where}: a manifest begins with {"${HEADER}":${VERSION}}`);
  }
  return { name: optionalText(head, "name", where) ?? "", runs: runsOf(lines, path) };
}

async function* runsOf(
  lines: AsyncIterator<{ readonly text: string; readonly number: number }>,
  path: string,
): AsyncGenerator<FleetRun> {
  for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
    const { text, number } = next.value;
    if (text.trim() !== "") yield readRunLine(text, `${path}:${number}`);
  }
}
