import {
  expectedStates,
  type FleetRun,
  type LogPlaces,
  PassingError,
  PlaceOpener,
  type RunSummary,
  summarizeFailure,
} from "@xgt/fleet";
import type { ByteInput } from "@xgt/hypercall-log";
import { type GivenDomains, loadDomains, SpecificationError } from "@xgt/run";
import { FLEET_DOMAIN_FILES_KEPT } from "../../limits.ts";
import { CliError } from "../../terminal/cli-error.ts";
import type { Io } from "../../terminal/io.ts";
import { type ReplayView, type RunTask, runReplay } from "../replay/run-replay.ts";
import { type RunBounds, RunTooLongError, WorkerPool } from "../replay/worker-pool.ts";

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

/** Replays runs in threads, or here where there are none. */
export class FleetWorkers {
  private readonly pool: WorkerPool | null;
  private readonly bounds: Required<RunBounds>;
  private readonly io: Io;
  private readonly domains = new Map<string, GivenDomains>();

  /**
   * @param jobs Runs at a time.
   * @param bounds Of one run.
   */
  constructor(jobs: number, bounds: Required<RunBounds>, io: Io) {
    this.pool = io.workerFile === undefined ? null : new WorkerPool(io.workerFile, jobs, bounds);
    this.bounds = bounds;
    this.io = io;
  }

  /**
   * What a run comes to: an answer, or why there is none; null: it was interrupted. Throws PassingError.
   * @param scope Files of domains are read once in each: the fleet that they belong to.
   */
  async summary(run: FleetRun, where: LogPlaces, scope = ""): Promise<RunSummary | null> {
    const places = { ...where, expected: expectedStates(run) };
    try {
      const { domains } = run;
      const given = domains === undefined ? null : await this.inTime(this.given(domains, places, scope));
      const request = { paths: run.logs, given, xen: run.xen };
      const task = { request, view: VIEW, places, fleetRun: run };
      const outcome = await (this.pool?.run(task) ?? this.inTime(this.here(task)));
      if (this.io.interrupt?.signal.aborted) return null;
      const { summary, messages, passing } = outcome;
      if (passing !== undefined) throw new PassingError(passing);
      return summary ?? summarizeFailure(run, plain(messages));
    } catch (error) {
      if (this.io.interrupt?.signal.aborted) return null;
      if (error instanceof PassingError) throw error;
      return summarizeFailure(run, this.reasonOf(error));
    }
  }

  /** Ends all threads, whatever they are at. */
  async close(): Promise<void> {
    await this.pool?.close();
  }

  private reasonOf(error: unknown): string {
    if (!(error instanceof Error)) return String(error);
    const { memory, seconds } = this.bounds;
    const isTooLarge = "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
    if (isTooLarge) return `its replay needs more than ${memory} MiB; --memory gives more`;
    const isTooLong = error instanceof RunTooLongError;
    return isTooLong ? `its replay takes more than ${seconds} s; --run-seconds gives more` : error.message;
  }

  /** Throws RunTooLongError where something takes longer than a run may. */
  private async inTime<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new RunTooLongError()), this.bounds.seconds * 1_000);
    });
    return Promise.race([work, late]).finally(() => clearTimeout(timer));
  }

  private here(task: RunTask) {
    const late = AbortSignal.timeout(this.bounds.seconds * 1_000);
    const interrupt = this.io.interrupt?.signal;
    return runReplay(task, {
      stdin: this.io.stdin,
      signal: interrupt === undefined ? late : AbortSignal.any([interrupt, late]),
      onLines: async () => {},
      onProgress: () => {},
    });
  }

  private async given(name: string, places: LogPlaces, scope: string): Promise<GivenDomains> {
    const key = JSON.stringify([scope, places.base, name]);
    const known = this.domains.get(key);
    if (known !== undefined) return known;
    const read = await domainsOf(name, places);
    if (this.domains.size >= FLEET_DOMAIN_FILES_KEPT) this.domains.clear();
    this.domains.set(key, read);
    return read;
  }
}

/** Reads a file of domains from where its name leads. */
async function domainsOf(name: string, places: LogPlaces): Promise<GivenDomains> {
  const opener = new PlaceOpener(places);
  let input: ByteInput | undefined;
  try {
    input = await opener.open(name);
    return await loadDomains("-", copies(input.chunks()));
  } catch (error) {
    if (opener.passing !== undefined) throw new PassingError(opener.passing);
    if (!(error instanceof SpecificationError)) throw error;
    throw new CliError(error.message.replace("standard input", name));
  } finally {
    await input?.close();
  }
}

/** What comes is only good until the next piece is asked for. */
async function* copies(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield piece.slice();
}

/** "xgt: error: run.jsonl: no such file\n" as "run.jsonl: no such file". */
function plain(messages: string): string {
  return messages
    .replace(/^xgt: error: /gm, "")
    .trim()
    .split("\n")
    .join("; ");
}
