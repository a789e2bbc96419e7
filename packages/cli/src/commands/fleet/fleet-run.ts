import { availableParallelism } from "node:os";
import { counted } from "@xgt/findings";
import {
  FileStamper,
  type FleetRun,
  FleetTally,
  inputDigest,
  type RunSummary,
  stampedRun,
  summarizeFailure,
  tryAgain,
} from "@xgt/fleet";
import { CliError } from "../../terminal/cli-error.ts";
import { paletteFor } from "../../terminal/color.ts";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import { messageLine } from "../../terminal/messages.ts";
import { changedRuns } from "./changed-runs.ts";
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
  const { name, base, runs } = await namedRuns("xgt fleet run", paths, options);
  const stamper = new FileStamper({ base, roots: null });
  const kept = options.output === undefined ? null : await KeptSummaries.open(options.output);
  if (kept !== null) {
    const again = await namedRuns("xgt fleet run", paths, options);
    const { changed, unsure } = await changedRuns(kept.before(), again.runs, stamper);
    await kept.drop(changed, io);
    for await (const summary of kept.before()) addTo(tally, summary);
    await tellResumed({ done: tally.runs, changed: changed.size, unsure }, options, io);
  }
  const jobs = options.jobs ?? availableParallelism();
  const workers = new FleetWorkers(jobs, { memory: options.memory, seconds: options.runSeconds }, io);
  const resumed = tally.runs;
  const progress = new FleetProgress(io, options.quiet === true, resumed);
  const ended = async (run: FleetRun): Promise<RunSummary | null> => {
    const stamped = await stampedRun(run, stamper);
    const replay = () => workers.summary(stamped, { base, roots: null });
    const summary = await tryAgain(replay, io.interrupt?.signal).catch((error: Error) =>
      summarizeFailure(run, error.message),
    );
    return summary === null ? null : { ...summary, input: inputDigest(stamped) ?? undefined };
  };
  const seen = new Set<string>();
  const work = async () => {
    const underWay = new Set<Promise<void>>();
    for await (const run of runs) {
      if (io.interrupt?.signal.aborted) break;
      if (seen.has(run.id)) throw new CliError(`run ${run.id} comes twice: give each run an id of its own`);
      seen.add(run.id);
      if (tally.has(run.id)) continue;
      const done = ended(run).then((summary) => {
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

/** What became of the runs whose summaries are kept. */
interface Resumed {
  readonly done: number;
  readonly changed: number;
  readonly unsure: number;
}

async function tellResumed(
  { done, changed, unsure }: Resumed,
  { quiet, color }: FleetRunOptions,
  io: Io,
): Promise<void> {
  const palette = paletteFor(color, io.stderr, io);
  const texts = [
    done > 0 ? `${counted(done, "run")} already done` : "",
    changed > 0 ? `${counted(changed, "run")} not as before, or with other files: replayed again` : "",
  ];
  for (const text of texts) {
    if (text !== "" && quiet !== true) await io.stderr.write(messageLine("info", text, palette));
  }
  if (unsure === 0) return;
  const text = `${counted(unsure, "run")}: no server says now whether the logs are still the same; the results stay`;
  await io.stderr.write(messageLine("warning", text, palette));
}
