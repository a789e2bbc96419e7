import { type FileStamper, type FleetRun, inputDigest, type RunSummary, stampedRuns } from "@xgt/fleet";
import { CliError } from "../../terminal/cli-error.ts";

/** What a look at all runs gives before the first is replayed. */
export interface RunSurvey {
  /** How many there are, with those that have a summary and are not named any more. */
  readonly all: number;
  /** Ids of those that have a summary, and whose line in the manifest, or whose files, have changed since. */
  readonly changed: ReadonlySet<string>;
  /** How many others have a summary, of which nobody can tell now. */
  readonly unsure: number;
}

/**
 * Looks at all runs, and holds them against their summaries of an earlier time. Runs that are not named any more are none of the
 * changed. Throws CliError where two have the same id.
 */
export async function surveyRuns(
  runs: AsyncIterable<FleetRun>,
  summaries: AsyncIterable<RunSummary> | Iterable<RunSummary>,
  stamper: FileStamper,
): Promise<RunSurvey> {
  const before = new Map<string, string | undefined>();
  for await (const { id, input } of summaries) before.set(id, input);
  const seen = new Set<string>();
  const known = async function* () {
    for await (const run of runs) {
      if (seen.has(run.id)) throw new CliError(`run ${run.id} comes twice: give each run an id of its own`);
      seen.add(run.id);
      if (before.has(run.id)) yield run;
    }
  };
  const changed = new Set<string>();
  let unsure = 0;
  for await (const run of stampedRuns(known(), stamper)) {
    const now = inputDigest(run);
    if (now === null) unsure++;
    else if (now !== before.get(run.id)) changed.add(run.id);
  }
  const others = [...before.keys()].filter((id) => !seen.has(id));
  return { all: seen.size + others.length, changed, unsure };
}
