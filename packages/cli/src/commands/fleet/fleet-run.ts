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
import { paletteFor } from "../../terminal/color.ts";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import { messageLine } from "../../terminal/messages.ts";
import { shownPath } from "../../terminal/shown-path.ts";
import type { FleetRunOptions } from "./fleet.ts";
import { FleetProgress } from "./fleet-progress.ts";
import { writeFleet } from "./fleet-report.ts";
import { namedRuns } from "./fleet-runs.ts";
import { FleetWorkers } from "./fleet-workers.ts";
import { KeptSummaries } from "./kept-summaries.ts";
import { type RunSurvey, surveyRuns } from "./run-survey.ts";
import { addTo } from "./summary-files.ts";

const COMMAND = "xgt fleet run";

/** `xgt fleet run`: replays all runs and tells what they come to. Returns the exit status. */
export async function fleetRun(paths: readonly string[], options: FleetRunOptions, io: Io): Promise<number> {
  const { name, base, runs } = await namedRuns(COMMAND, paths, options);
  const stamper = new FileStamper({ base, roots: null });
  const kept = options.output === undefined ? null : await KeptSummaries.open(options.output);
  const named = await namedRuns(COMMAND, paths, options);
  const survey = await surveyRuns(named.runs, kept?.before() ?? [], stamper);
  const tally = await resumed(kept, survey, io);
  await tellResumed(tally.runs, survey, options, io);
  const jobs = options.jobs ?? availableParallelism();
  const workers = new FleetWorkers(jobs, { memory: options.memory, seconds: options.runSeconds }, io);
  const progress = new FleetProgress(io, options.quiet === true, tally.runs);
  const ended = async (run: FleetRun): Promise<RunSummary | null> => {
    const stamped = await stampedRun(run, stamper);
    const replay = () => workers.summary(stamped, { base, roots: null });
    const summary = await tryAgain(replay, io.interrupt?.signal).catch((error: Error) =>
      summarizeFailure(run, error.message),
    );
    return summary === null ? null : { ...summary, input: inputDigest(stamped) ?? undefined };
  };
  const work = async () => {
    const underWay = new Set<Promise<void>>();
    for await (const run of runs) {
      if (io.interrupt?.signal.aborted) break;
      if (tally.has(run.id)) continue;
      const done = ended(run).then((summary) => {
        if (summary === null) return;
        addTo(tally, summary);
        kept?.add(summary);
        progress.reach(tally.runs, survey.all);
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
  if (io.interrupt?.signal.aborted) {
    await tellInterrupted(tally.runs, options, io);
    return ExitStatus.interrupted;
  }
  return writeFleet(tally, { ...options, name: options.name ?? name }, undefined, io, paths);
}

/** What is kept of an earlier time and still holds. */
async function resumed(kept: KeptSummaries | null, { changed }: RunSurvey, io: Io): Promise<FleetTally> {
  const tally = new FleetTally();
  await kept?.drop(changed, io);
  for await (const summary of kept?.before() ?? []) addTo(tally, summary);
  return tally;
}

async function tellInterrupted(done: number, { output, color }: FleetRunOptions, io: Io): Promise<void> {
  const palette = paletteFor(color, io.stderr, io);
  const text =
    output === undefined
      ? `interrupted after ${counted(done, "run")}; with -o DIR they would be kept`
      : `interrupted; ${counted(done, "run")} kept in ${shownPath(output)}: the same command goes on`;
  await io.stderr.write(messageLine("info", text, palette));
}

async function tellResumed(
  done: number,
  { changed, unsure }: RunSurvey,
  { quiet, color }: FleetRunOptions,
  io: Io,
): Promise<void> {
  const palette = paletteFor(color, io.stderr, io);
  const texts = [
    done > 0 ? `${counted(done, "run")} already done` : "",
    changed.size > 0
      ? `${counted(changed.size, "run")} not as before, or with other files: replayed again`
      : "",
  ];
  for (const text of texts) {
    if (text !== "" && quiet !== true) await io.stderr.write(messageLine("info", text, palette));
  }
  if (unsure === 0) return;
  const text = `${counted(unsure, "run")}: no server says now whether the logs are still the same; the results stay`;
  await io.stderr.write(messageLine("warning", text, palette));
}
