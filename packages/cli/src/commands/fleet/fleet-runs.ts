import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { FleetError, type FleetRun, isManifest, readManifest } from "@xgt/fleet";
import { CliError, UsageError } from "../../terminal/cli-error.ts";
import { shownPath } from "../../terminal/shown-path.ts";
import type { FleetRunOptions } from "./fleet.ts";

/** Bytes that a file is told by. */
const START = 4096;

/** The runs that a command names. */
interface NamedRuns {
  /** The fleet's name; empty: none. */
  readonly name: string;
  readonly runs: AsyncIterable<FleetRun>;
}

/** The runs of a manifest, or one for each log. Throws CliError, while runs are taken too. */
export async function namedRuns(paths: readonly string[], options: FleetRunOptions): Promise<NamedRuns> {
  const [first] = paths;
  if (!(await startsAsManifest(first))) return { name: "", runs: runsOfLogs(paths, options) };
  if (paths.length > 1) throw new UsageError("xgt fleet run", "name one manifest, or logs, not both");
  try {
    const { name, runs } = await readManifest(createReadStream(first), shownPath(first));
    return { name, runs: runsBelow(dirname(first), runs, options) };
  } catch (error) {
    throw asCliError(error);
  }
}

async function startsAsManifest(path: string): Promise<boolean> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(START), 0, START, 0);
      return isManifest(buffer.toString("utf8", 0, bytesRead));
    } finally {
      await file.close();
    }
  } catch {
    // What cannot be read is a log that has no answer, like any other.
    return false;
  }
}

async function* runsOfLogs(
  paths: readonly string[],
  { group = {}, domains }: FleetRunOptions,
): AsyncGenerator<FleetRun> {
  for (const path of paths) yield { id: path, logs: [path], domains, xen: undefined, group };
}

async function* runsBelow(
  folder: string,
  runs: AsyncIterable<FleetRun>,
  options: FleetRunOptions,
): AsyncGenerator<FleetRun> {
  const below = (path: string) => (isAbsolute(path) ? path : join(folder, path));
  try {
    for await (const run of runs) {
      const { id, logs, domains, xen, group } = run;
      const own = domains === undefined ? options.domains : below(domains);
      yield { id, logs: logs.map(below), domains: own, xen, group: { ...options.group, ...group } };
    }
  } catch (error) {
    throw asCliError(error);
  }
}

function asCliError(error: unknown): unknown {
  if (error instanceof FleetError) return new CliError(error.message);
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === undefined ? error : new CliError(`the manifest cannot be read (${code})`);
}
