import { type FileStamper, type FleetRun, inputDigest, type RunSummary, stampedRuns } from "@xgt/fleet";

/** Runs whose summaries are kept, and that are not what they were. */
interface ChangedRuns {
  /** Ids of those whose line in the manifest, or whose files, have changed. */
  readonly changed: ReadonlySet<string>;
  /** Of how many others nobody can tell now. */
  readonly unsure: number;
}

/** Holds runs against their summaries of an earlier time. Those that are not named any more are none of the changed. */
export async function changedRuns(
  summaries: AsyncIterable<RunSummary>,
  runs: AsyncIterable<FleetRun>,
  stamper: FileStamper,
): Promise<ChangedRuns> {
  const before = new Map<string, string | undefined>();
  for await (const { id, input } of summaries) before.set(id, input);
  const changed = new Set<string>();
  let unsure = 0;
  if (before.size === 0) return { changed, unsure };
  for await (const run of stampedRuns(only(runs, before), stamper)) {
    const now = inputDigest(run);
    if (now === null) unsure++;
    else if (now !== before.get(run.id)) changed.add(run.id);
  }
  return { changed, unsure };
}

async function* only(
  runs: AsyncIterable<FleetRun>,
  known: ReadonlyMap<string, unknown>,
): AsyncGenerator<FleetRun> {
  for await (const run of runs) if (known.has(run.id)) yield run;
}
