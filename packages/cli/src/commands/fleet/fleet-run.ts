import { availableParallelism } from "node:os";
import { counted } from "@xgt/findings";
import { FleetTally, summarizeFailure, tryAgain } from "@xgt/fleet";
import { CliError } from "../../terminal/cli-error.ts";
import { paletteFor } from "../../terminal/color.ts";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import { messageLine } from "../../terminal/messages.ts";
import type { FleetRunOptions } from "./fleet.ts";
import { FleetProgress } from "./fleet-progress.ts";
import { writeFleet } from "./fleet-report.ts";
import { namedRuns } from "./fleet-runs.ts";
import { FleetWorkers } from "./fleet-workers.ts";
import { KeptSummaries } from "./kept-summaries.ts";
import { addTo } from "./summary-files.ts";

/** `xgt fleet run`: replays all runs and tells what they come to. Returns the exit status. */
export async function fleetRun(paths: readonly string[], options: FleetRunOptions, io: Io): Promise<number> {
  const tally = new FleetTally();
  const kept = options.output === undefined ? null : await KeptSummaries.open(options.output);
  for await (const summary of kept?.before() ?? []) addTo(tally, summary);
  const { name, base, runs } = await namedRuns("xgt fleet run", paths, options);
  const jobs = options.jobs ?? availableParallelism();
  const workers = new FleetWorkers(jobs, { memory: options.memory, seconds: options.runSeconds }, io);
  const resumed = await tellResumed(tally, options, io);
  const progress = new FleetProgress(io, options.quiet === true, resumed);
  const seen = new Set<string>();
  const work = async () => {
    const underWay = new Set<Promise<void>>();
    for await (const run of runs) {
      if (io.interrupt?.signal.aborted) break;
      if (seen.has(run.id)) throw new CliError(`run ${run.id} comes twice: give each run an id of its own`);
      seen.add(run.id);
      if (tally.has(run.id)) continue;
      const replay = () => workers.summary(run, { base, roots: null });
      const ended = tryAgain(replay, io.interrupt?.signal).catch((error: Error) =>
        summarizeFailure(run, error.message),
      );
      const done = ended.then((summary) => {
        if (summary === null) return;
        addTo(tally, summary);
        kept?.add(summary);
        progress.tick();
      });
      const entry: Promise<void> = done.finally(() => underWay.delete(entry));
      underWay.add(entry);
      if (underWay.size >= jobs) await Promise.race(underWay);
    }
    await Promise.all(underWay);
    return ExitStatus.clean;
  };
  try {
    await (io.interrupt?.while(work) ?? work());
  } finally {
    progress.clear();
    await workers.close();
    kept?.close();
  }
  if (io.interrupt?.signal.aborted) return ExitStatus.interrupted;
  return writeFleet(tally, { ...options, name: options.name ?? name }, undefined, io, paths);
}

async function tellResumed(tally: FleetTally, { quiet, color }: FleetRunOptions, io: Io): Promise<number> {
  const { runs } = tally;
  if (runs > 0 && quiet !== true) {
    const text = `${counted(runs, "run")} already done`;
    await io.stderr.write(messageLine("info", text, paletteFor(color, io.stderr, io)));
  }
  return runs;
}
