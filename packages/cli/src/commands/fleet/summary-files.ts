import { createReadStream, statSync } from "node:fs";
import { join } from "node:path";
import { FleetError, FleetTally, type RunSummary, readSummaries } from "@xgt/fleet";
import { CliError } from "../../terminal/cli-error.ts";
import { shownPath } from "../../terminal/shown-path.ts";

/** Name of the file of summaries in a folder of `fleet run -o`. */
export const SUMMARIES_FILE = "summaries.ndjson";

/** The summaries of a folder of `fleet run -o` or of a file of summaries. Throws CliError, also where there is none. */
export async function* summariesIn(path: string): AsyncGenerator<RunSummary> {
  let count = 0;
  for await (const summary of summariesOf(fileOf(path))) {
    count++;
    yield summary;
  }
  if (count === 0) {
    throw new CliError(`${shownPath(path)}: holds no summary of a run; \`xgt fleet run -o DIR\` makes them`);
  }
}

/** The summaries of a file, none where it has none. Throws CliError. */
export async function* summariesOf(file: string): AsyncGenerator<RunSummary> {
  try {
    yield* readSummaries(createReadStream(file), shownPath(file));
  } catch (error) {
    if (error instanceof FleetError) throw new CliError(error.message);
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== undefined) throw new CliError(`${shownPath(file)}: cannot be read (${code})`);
    throw error;
  }
}

/** Adds up all summaries of some folders and files. Throws CliError. */
export async function talliedFrom(paths: readonly string[]): Promise<FleetTally> {
  const tally = new FleetTally();
  for (const path of paths) for await (const summary of summariesIn(path)) addTo(tally, summary);
  return tally;
}

/** Adds one summary. Throws CliError. */
export function addTo(tally: FleetTally, summary: RunSummary): void {
  try {
    tally.add(summary);
  } catch (error) {
    if (error instanceof FleetError) throw new CliError(error.message);
    throw error;
  }
}

function fileOf(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
    ? join(path, SUMMARIES_FILE)
    : path;
}
