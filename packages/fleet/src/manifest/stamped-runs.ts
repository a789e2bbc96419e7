import { RUNS_STAMPED } from "../limits.ts";
import type { FileStamper } from "../sources/file-stamper.ts";
import type { LogStamp } from "../sources/log-stamp.ts";
import { type FleetRun, filesOf } from "./fleet-run.ts";
import { runLine } from "./run-line.ts";

/** A run with the states that its files are in now; those that its manifest gives stay. Undefined states: nobody can tell now. */
export async function stampedRun(run: FleetRun, stamper: FileStamper): Promise<FleetRun> {
  return run.stamps === undefined ? { ...run, stamps: await stamper.stamps(filesOf(run)) } : run;
}

/** The same runs in the same order, with the states that their files are in now. */
export async function* stampedRuns(
  runs: AsyncIterable<FleetRun>,
  stamper: FileStamper,
): AsyncGenerator<FleetRun> {
  let some: FleetRun[] = [];
  for await (const run of runs) {
    some.push(run);
    if (some.length < RUNS_STAMPED) continue;
    yield* await Promise.all(some.map((one) => stampedRun(one, stamper)));
    some = [];
  }
  yield* await Promise.all(some.map((one) => stampedRun(one, stamper)));
}

/** The states that a run's files must be in, by their names. */
export function expectedStates(run: FleetRun): Readonly<Record<string, LogStamp>> {
  const { stamps = [] } = run;
  return Object.fromEntries(
    filesOf(run).flatMap((name, at) => {
      const stamp = stamps[at] ?? null;
      return stamp === null ? [] : [[name, stamp]];
    }),
  );
}

/** The same for the same run of the same states of its files. Null: of one of them nobody can tell its state. */
export function inputDigest(run: FleetRun): string | null {
  if (run.stamps === undefined) return null;
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash("sha256").update(runLine(run)).digest("hex").slice(0, 24);
}
