import type { Finding } from "@xgt/findings";
import {
  CallView,
  type ClockDifference,
  type EventBatch,
  EventKind,
  type FormatName,
  LogOpenError,
  type LogSource,
  mergeLogs,
  openLog,
  operationsOf,
  StringTable,
} from "@xgt/hypercall-log";
import {
  type EventEffect,
  type MapRun,
  Replay,
  type ReplayOptions,
  type ReplayResult,
  type ReplaySetup,
} from "@xgt/p2m-tracker";
import { CallIndex } from "./call-index.ts";
import type { GivenDomains } from "./load-domains.ts";

/** One run to replay: the logs of all its recorders. Plain data. */
export interface RunRequest {
  /** Files; `-` is standard input. */
  readonly paths: readonly string[];
  /** What --domains says. */
  readonly given: GivenDomains | null;
  readonly xen?: string | undefined;
  readonly from?: FormatName | undefined;
  /** Seconds by which a log's clock is ahead of the first log's, by path. */
  readonly skew: ReadonlyMap<string, number>;
  /** Stop after this event. */
  readonly until?: number | undefined;
}

/** Who is told of a replay while it runs. */
export interface RunObserver {
  /** An event with what it did, its row in the batch under way. Absent: no text is made of events. */
  readonly onEvent?: ((effect: EventEffect, batch: EventBatch, row: number) => void) | undefined;
  readonly onFinding?: ((finding: Finding, calls: CallIndex) => void) | undefined;
  /** A batch is done. The replay goes on when the promise is resolved. */
  readonly onBatch?: ((inputs: readonly RunInput[]) => Promise<void>) | undefined;
  /** Makes the replay, where it is to be another than the plain one. */
  readonly makeReplay?: ((setup: ReplaySetup, options: ReplayOptions) => Replay) | undefined;
}

/** One log of a run and what was met in it. */
export interface RunInput {
  readonly log: LogSource;
  /** Operations decoded from it so far (a call that two logs hold counts in each). */
  readonly operations: number;
}

type OpenInput = RunInput & { operations: number };

/** A replayed run. */
export interface Run {
  readonly inputs: readonly RunInput[];
  /** Logs that could not be opened. */
  readonly unopened: readonly LogOpenError[];
  /** Stopped by `until` before the logs' end. */
  readonly stopped: boolean;
  readonly result: ReplayResult;
  /** How the clocks of the second log and the following ones differ from the first one's. */
  readonly clocks: readonly ClockDifference[];
  /** What --domains leaves open. */
  readonly notes: readonly string[];
  /** Xen's version as the replay took it; undefined: nothing says. */
  readonly xen: string | undefined;
  mapRuns(domid: number, all: boolean): MapRun[];
}

/**
 * Opens the logs of one run, merges them, replays them and returns what came of it. Logs that cannot be opened are
 * left out and listed; throws the first LogOpenError where none can be opened.
 */
export async function replayLogs(
  request: RunRequest,
  stdin: AsyncIterable<Uint8Array | string>,
  observer: RunObserver,
): Promise<Run> {
  const strings = new StringTable();
  const { inputs, unopened } = await openAll(request, stdin, strings);
  try {
    const sources = inputs.map(({ log }) => ({ path: log.path, placeUnit: log.placeUnit }));
    const header = inputs.map(({ log }) => log.header).find((found) => found !== null) ?? null;
    const calls = new CallIndex(sources, strings);
    const setup = { header, spec: request.given?.spec ?? null, xen: request.xen, sources, strings };
    const feeder = new Feeder(setup, request.until, observer, calls);
    const merged = mergeLogs(inputs.map(counting), { skew: skewByIndex(request, inputs) });
    const batches = inputs.length === 1 ? counting(inputs[0]).batches() : merged.batches();
    for await (const batch of batches) {
      feeder.feed(batch);
      await observer.onBatch?.(inputs);
      if (feeder.stopped) break;
    }
    return {
      inputs,
      unopened,
      stopped: feeder.stopped,
      result: feeder.replay.finish(),
      notes: request.given?.notes ?? [],
      clocks: inputs.length === 1 ? [] : merged.clocks(),
      xen: request.xen ?? request.given?.spec.xen ?? header?.xen,
      mapRuns: (domid, all) => feeder.replay.mapRuns(domid, all),
    };
  } finally {
    for (const { log } of inputs) await log.close();
  }
}

async function openAll(
  request: RunRequest,
  stdin: AsyncIterable<Uint8Array | string>,
  strings: StringTable,
): Promise<{ inputs: OpenInput[]; unopened: LogOpenError[] }> {
  const inputs: OpenInput[] = [];
  const unopened: LogOpenError[] = [];
  const xen = request.xen ?? request.given?.spec.xen;
  for (const path of request.paths) {
    try {
      const log = await openLog(path, {
        strings,
        stdin,
        ...(request.from !== undefined && { from: request.from }),
        ...(xen !== undefined && { xen }),
      });
      inputs.push({ log, operations: 0 });
    } catch (error) {
      if (!(error instanceof LogOpenError)) throw error;
      unopened.push(error);
    }
  }
  if (inputs.length === 0) throw unopened[0];
  return { inputs, unopened };
}

/** The log with its operations counted as they pass. */
function counting(input: OpenInput): LogSource {
  return Object.create(input.log, {
    batches: {
      value: async function* () {
        const view = new CallView();
        for await (const batch of input.log.batches()) {
          for (let row = 0; row < batch.length; row++) input.operations += operationsOf(batch, row, view);
          yield batch;
        }
      },
    },
  });
}

function skewByIndex(request: RunRequest, inputs: readonly RunInput[]): Map<number, number> {
  const skew = new Map<number, number>();
  inputs.forEach(({ log }, index) => {
    const seconds = request.skew.get(log.path);
    if (seconds !== undefined) skew.set(index, seconds);
  });
  return skew;
}

/** Feeds a replay and knows which event is which row of the batch under way. */
class Feeder {
  readonly replay: Replay;
  stopped = false;
  private readonly until: number;
  private readonly calls: CallIndex;
  private events = 0;
  private batch: EventBatch | undefined;
  /** Number of the event before the batch, and the rows of the batch's events. */
  private before = 0;
  private rows = new Int32Array(1024);

  constructor(setup: ReplaySetup, until: number | undefined, observer: RunObserver, calls: CallIndex) {
    this.until = until ?? Number.POSITIVE_INFINITY;
    this.calls = calls;
    const { onEvent, onFinding } = observer;
    const options: ReplayOptions = {
      until,
      onEvent: onEvent && ((effect) => this.withRow(effect, onEvent)),
      onFinding: onFinding && ((finding) => onFinding(finding, calls)),
    };
    this.replay = observer.makeReplay?.(setup, options) ?? new Replay(setup, options);
  }

  feed(batch: EventBatch): void {
    this.batch = batch;
    this.before = this.events;
    if (batch.length > this.rows.length) this.rows = new Int32Array(batch.length * 2);
    for (let row = 0; row < batch.length && this.events < this.until; row++) {
      if (batch.kind[row] === EventKind.mark) continue;
      this.rows[this.events - this.before] = row;
      this.events++;
      this.calls.note(batch, row, this.events);
    }
    this.replay.feed(batch);
    this.stopped = this.events >= this.until;
  }

  private withRow(effect: EventEffect, onEvent: NonNullable<RunObserver["onEvent"]>): void {
    if (this.batch !== undefined) onEvent(effect, this.batch, this.rows[effect.event - this.before - 1]);
  }
}
