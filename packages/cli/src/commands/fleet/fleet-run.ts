import { availableParallelism } from "node:os";
import { counted } from "@xgt/findings";
import { type FleetRun, FleetTally, type RunSummary, summarize, summarizeFailure } from "@xgt/fleet";
import { type GivenDomains, loadDomains, SpecificationError } from "@xgt/run";
import { FLEET_DOMAIN_FILES_KEPT, FLEET_RUN_MEMORY_MAX } from "../../limits.ts";
import { CliError } from "../../terminal/cli-error.ts";
import { paletteFor } from "../../terminal/color.ts";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import { messageLine } from "../../terminal/messages.ts";
import { type ReplayView, type RunTask, runReplay } from "../replay/run-replay.ts";
import { WorkerPool } from "../replay/worker-pool.ts";
import type { FleetRunOptions } from "./fleet.ts";
import { writeFleet } from "./fleet-report.ts";
import { namedRuns } from "./fleet-runs.ts";
import { KeptSummaries } from "./kept-summaries.ts";
import { addTo } from "./summary-files.ts";

/** Milliseconds between two lines of progress. */
const PROGRESS_MS = 1_000;

/** Each run is replayed as for a report that only programs read. */
const VIEW: ReplayView = {
  filter: {},
  failOn: "error",
  strict: false,
  required: [],
  story: undefined,
  events: false,
  map: "none",
  quiet: true,
  baseline: null,
  defaults: null,
  forPeople: false,
  forPrograms: false,
  reportIsSeen: false,
  colorMessages: false,
};

/** `xgt fleet run`: replays all runs and tells what they come to. Returns the exit status. */
export async function fleetRun(paths: readonly string[], options: FleetRunOptions, io: Io): Promise<number> {
  const tally = new FleetTally();
  const kept = options.output === undefined ? null : await KeptSummaries.open(options.output);
  for await (const summary of kept?.before() ?? []) addTo(tally, summary);
  const { name, runs } = await namedRuns(paths, options);
  const jobs = options.jobs ?? availableParallelism();
  const pool = io.workerFile === undefined ? null : new WorkerPool(io.workerFile, jobs, FLEET_RUN_MEMORY_MAX);
  const workers = new FleetWorkers(pool, io);
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
      const done = workers.summary(run).then((summary) => {
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
    await pool?.close();
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

/** Replays runs in threads, or here where there are none. */
class FleetWorkers {
  private readonly pool: WorkerPool | null;
  private readonly io: Io;
  private readonly domains = new Map<string, GivenDomains>();

  constructor(pool: WorkerPool | null, io: Io) {
    this.pool = pool;
    this.io = io;
  }

  /** What a run comes to: an answer, or why there is none; null: it was interrupted. Never throws. */
  async summary(run: FleetRun): Promise<RunSummary | null> {
    try {
      const given = run.domains === undefined ? null : await this.given(run.domains);
      const task = { request: { paths: run.logs, given, xen: run.xen }, view: VIEW };
      const outcome = await (this.pool?.run(task) ?? this.here(task));
      if (this.io.interrupt?.signal.aborted) return null;
      const { document, operations, messages } = outcome;
      return document === null
        ? summarizeFailure(run, plain(messages))
        : summarize(run, document, operations);
    } catch (error) {
      if (this.io.interrupt?.signal.aborted) return null;
      return summarizeFailure(run, error instanceof Error ? error.message : String(error));
    }
  }

  private here(task: RunTask) {
    return runReplay(task, {
      stdin: this.io.stdin,
      signal: this.io.interrupt?.signal,
      onLines: async () => {},
      onProgress: () => {},
    });
  }

  private async given(path: string): Promise<GivenDomains> {
    const known = this.domains.get(path);
    if (known !== undefined) return known;
    try {
      const read = await loadDomains(path);
      if (this.domains.size >= FLEET_DOMAIN_FILES_KEPT) this.domains.clear();
      this.domains.set(path, read);
      return read;
    } catch (error) {
      if (error instanceof SpecificationError) throw new CliError(error.message);
      throw error;
    }
  }
}

/** "xgt: error: run.jsonl: no such file\n" as "run.jsonl: no such file". */
function plain(messages: string): string {
  return messages
    .replace(/^xgt: error: /gm, "")
    .trim()
    .split("\n")
    .join("; ");
}

/** How many runs are done, and how fast, on a terminal. */
class FleetProgress {
  private readonly io: Io;
  private readonly isShown: boolean;
  private readonly start = Date.now();
  private readonly before: number;
  private done = 0;
  private last = 0;

  constructor(io: Io, quiet: boolean, before: number) {
    this.io = io;
    this.before = before;
    this.isShown = io.stderr.isTTY && !quiet;
  }

  tick(): void {
    this.done++;
    const now = Date.now();
    if (!this.isShown || now - this.last < PROGRESS_MS) return;
    this.last = now;
    const rate = (this.done * 1_000) / Math.max(1, now - this.start);
    const text = `${counted(this.before + this.done, "run")} done, ${rate.toFixed(1)} a second`;
    void this.io.stderr.write(`\r${text}\x1b[K`);
  }

  clear(): void {
    if (this.isShown && this.last > 0) void this.io.stderr.write("\r\x1b[K");
  }
}
