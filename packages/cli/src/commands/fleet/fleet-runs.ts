import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { FleetError, type FleetRun, isManifest, readManifest } from "@xgt/fleet";
import { CliError, UsageError } from "../../terminal/cli-error.ts";
import { shownPath } from "../../terminal/shown-path.ts";

/** Bytes that a file is told by. */
const START = 4096;

/** The runs that a command names. */
interface NamedRuns {
  /** The fleet's name; empty: none. */
  readonly name: string;
  /** Folder that names of files are relative to: the manifest's, or the working folder. */
  readonly base: string;
  readonly runs: AsyncIterable<FleetRun>;
}

/** What all runs have beside what the manifest says. */
export interface CommonToRuns {
  readonly group?: Record<string, string>;
  readonly domains?: string;
}

/** The runs of a manifest, or one for each log. Throws CliError, while runs are taken too. */
export async function namedRuns(
  command: string,
  paths: readonly string[],
  options: CommonToRuns,
): Promise<NamedRuns> {
  const [first] = paths;
  if (!(await startsAsManifest(first)))
    return { name: "", base: process.cwd(), runs: runsOfLogs(paths, options) };
  if (paths.length > 1) throw new UsageError(command, "name one manifest, or logs, not both");
  try {
    const { name, runs } = await readManifest(createReadStream(first), shownPath(first));
    return { name, base: resolve(dirname(first)), runs: runsWith(runs, options) };
  } catch (error) {
    throw asCliError(error);
  }
}

async function startsAsManifest(path: string): Promise<boolean> {
  try {
    // To open a FIFO may take for ever. One is no manifest, which is read more than once.
    if (!(await stat(path)).isFile()) return false;
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
  { group = {}, domains }: CommonToRuns,
): AsyncGenerator<FleetRun> {
  for (const path of paths) {
    yield { id: path, logs: [path], domains, xen: undefined, page: undefined, group };
  }
}

async function* runsWith(
  runs: AsyncIterable<FleetRun>,
  { group: common, domains: others }: CommonToRuns,
): AsyncGenerator<FleetRun> {
  const domainsOfOthers = others === undefined ? undefined : resolve(others);
  try {
    for await (const run of runs) {
      const { domains = domainsOfOthers, group } = run;
      yield { ...run, domains, group: { ...common, ...group } };
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
