import type { FindingSummary } from "@xgt/findings";
import type {
  ByteInput,
  ClockDifference,
  DomainSpecFile,
  LogOpenError,
  StringTable,
} from "@xgt/hypercall-log";
import {
  type MapRun,
  Replay,
  type ReplayObserver,
  type ReplayResult,
  type ReplaySetup,
  replayBatches,
} from "@xgt/p2m-tracker";
import { type FindingFilter, namesActors } from "../findings/finding-filter.ts";
import { RunFindings } from "../findings/run-findings.ts";
import { type RunInput, RunLogs } from "../logs/run-logs.ts";
import { CallIndex } from "../observers/call-index.ts";
import { knownDomains } from "../specification/known-domains.ts";
import type { RunRequest } from "./run-request.ts";

/** What observers of a run may look at. */
export interface RunContext {
  /** Texts of the run: names of tasks and devices. */
  readonly strings: StringTable;
  /** The calls so far, by number of event: it is told of each event before the observers are. */
  readonly calls: CallIndex;
  /** What the replay starts from. */
  readonly setup: ReplaySetup;
}

/** How a run is replayed, besides what can be handed to another thread. */
export interface RunOptions {
  /** What `-` reads; absent: this process's standard input. */
  readonly stdin?: AsyncIterable<Uint8Array | string> | undefined;
  /** Opens what a log's name stands for, or throws LogOpenError; absent: names are paths of files. */
  readonly openInput?: ((name: string) => Promise<ByteInput>) | undefined;
  /** Which findings are kept; absent: all. */
  readonly filter?: FindingFilter | undefined;
  /** Ends the replay early once it is aborted; what was read until then is reported. */
  readonly signal?: AbortSignal | undefined;
  /** Makes those that are told of the replay while it runs; called once the logs have said what they are. */
  readonly observers?: ((context: RunContext) => readonly ReplayObserver[]) | undefined;
  /** A batch is done. The replay goes on when the promise is resolved. */
  readonly onBatch?: ((inputs: readonly RunInput[]) => Promise<void>) | undefined;
  /** The input of the only log pauses: what was found until now. The replay goes on when the promise is resolved. */
  readonly onPause?: ((findings: RunFindings) => Promise<void>) | undefined;
}

/** A replayed run. */
export interface Run {
  readonly inputs: readonly RunInput[];
  /** Logs that could not be opened. */
  readonly unopened: readonly LogOpenError[];
  /** Stopped by `until` before the logs' end. */
  readonly stopped: boolean;
  /** Ended by the signal, mostly before the logs' end. */
  readonly interrupted: boolean;
  /** What the replay counted. */
  readonly result: ReplayResult;
  /** What it found. */
  readonly findings: RunFindings;
  /** Its findings by severity, those that are only counted too. */
  readonly summary: FindingSummary;
  /** How the clocks of the second log and the following ones differ from the first one's. */
  readonly clocks: readonly ClockDifference[];
  /** What the given domains leave open, in words. */
  readonly notes: readonly string[];
  /** Xen's version as the replay took it; undefined: nothing says. */
  readonly xen: string | undefined;
  /** A domain's p2m at the end as runs; `all`: own RAM too. */
  mapRuns(domid: number, all: boolean): MapRun[];
  /** Nobody calls `mapRuns`, or looks at calls, any more: the memory that the run took serves the thread's next one. */
  release(): void;
}

/**
 * Opens the logs of one run, merges them, replays them and returns what came of it. Logs that cannot be opened are
 * left out and listed; throws the first LogOpenError where none can be opened, SeparateRunsError where they are not of one run.
 */
export async function replayRun(request: RunRequest, options: RunOptions = {}): Promise<Run> {
  const spec = request.given?.spec ?? null;
  const logs = await RunLogs.open({
    paths: request.paths,
    from: request.from,
    xen: request.xen ?? spec?.xen,
    skew: request.skew,
    stdin: options.stdin,
    openInput: options.openInput,
    live: options.onPause !== undefined,
    follow: request.follow,
  });
  try {
    const { strings, inputs } = logs;
    const sources = logs.sources.map((source) => ({ ...source, domid: domainOf(source.domid, spec) }));
    const filter = options.filter ?? {};
    const calls = new CallIndex(sources, strings, namesActors(filter));
    const domains = () => knownDomains({ spec, header: logs.header });
    const findings = new RunFindings(filter, calls, domains);
    const begin = (): Replay => {
      const { xen, conformanceOnly } = request;
      const setup = { header: logs.header, spec, xen, sources, strings, conformanceOnly };
      const others = options.observers?.({ strings, calls, setup }) ?? [];
      return new Replay(setup, { until: request.until, observers: [calls, findings, ...others] });
    };
    const { replay, result } = await replayBatches(
      logs.batches(),
      begin,
      async ({ operations }, batch, rows) => {
        logs.replayed(operations, batch, rows);
        await options.onBatch?.(inputs);
        // Only a pause gives a batch without events.
        if (batch.length === 0) await options.onPause?.(findings);
      },
      options.signal,
    );
    if (!replay.stopped) logs.checkOneRun();
    return {
      inputs,
      unopened: logs.unopened,
      stopped: replay.stopped,
      interrupted: options.signal?.aborted === true,
      result,
      findings,
      summary: findings.summary(result.indeterminate),
      clocks: logs.clocks,
      notes: request.given?.notes ?? [],
      xen: request.xen ?? spec?.xen ?? logs.header?.xen,
      mapRuns: (domid, all) => replay.mapRuns(domid, all),
      release: () => {
        replay.release();
        calls.release();
      },
    };
  } finally {
    // A read that is under way may wait for ever.
    const closed = logs.close();
    if (options.signal?.aborted !== true) await closed;
    else closed.catch(() => {});
  }
}

/** The domain of a log's events that name none: its header's only one, unless the given domains are one other. */
function domainOf(own: number | undefined, given: DomainSpecFile | null): number | undefined {
  if (given === null || given.domains.length !== 1 || given.domains[0].domid === own) return own;
  return given.domains[0].domid;
}
