import {
  type ByteInput,
  CallView,
  type ClockDifference,
  type EventBatch,
  type FormatName,
  type LogHeader,
  LogOpenError,
  type LogSource,
  mergeLogs,
  openLog,
  operationsOf,
  StringTable,
} from "@xgt/hypercall-log";
import type { ReplaySource } from "@xgt/p2m-tracker";

import { joinedHeader, mayBeOneMachine, onlyDomainOf } from "./run-headers.ts";
import { SeparateRunsError } from "./separate-runs-error.ts";

/** One log of a run and what was met in it. */
export interface RunInput {
  readonly log: LogSource;
  /** Operations decoded from it so far (a call that two logs hold counts in each). */
  readonly operations: number;
}

/** Which logs are opened, and how. */
export interface RunLogsOptions {
  /** Files; `-` is standard input. */
  readonly paths: readonly string[];
  readonly from?: FormatName | undefined;
  /** Xen's version by which raw arguments are decoded where a log does not name one. */
  readonly xen?: string | undefined;
  /** Seconds by which a log's clock is ahead of the first log's, by path. */
  readonly skew?: ReadonlyMap<string, number> | undefined;
  /** What `-` reads; absent: this process's standard input. */
  readonly stdin?: AsyncIterable<Uint8Array | string> | undefined;
  /** Of a single log: a pause of its input gives a batch, though an empty one. */
  readonly live?: boolean | undefined;
  /** Of a single log: it is read as it grows. */
  readonly follow?: boolean | undefined;
  /** Opens what a log's name stands for; absent: names are paths of files. */
  readonly openInput?: ((name: string) => Promise<ByteInput>) | undefined;
}

/** The open logs of one run, as one stream of events. */
export class RunLogs {
  readonly inputs: readonly RunInput[];
  /** Logs that could not be opened. */
  readonly unopened: readonly LogOpenError[];
  /** The strings of all of them. */
  readonly strings: StringTable;
  private readonly counted: { readonly log: LogSource; operations: number }[];
  private readonly skew: ReadonlyMap<string, number>;
  private readonly view = new CallView();
  private measured: () => ClockDifference[] = () => [];

  private constructor(
    logs: readonly LogSource[],
    unopened: readonly LogOpenError[],
    options: RunLogsOptions,
  ) {
    this.counted = logs.map((log) => ({ log, operations: 0 }));
    this.inputs = this.counted;
    this.unopened = unopened;
    this.strings = logs[0].strings;
    this.skew = options.skew ?? new Map();
  }

  /** Opens the logs of one run. Those that cannot be opened are listed; throws the first LogOpenError where none can be. */
  static async open(options: RunLogsOptions): Promise<RunLogs> {
    const { from, xen, stdin, follow, openInput } = options;
    const live = options.live === true && options.paths.length === 1;
    const strings = new StringTable();
    const logs: LogSource[] = [];
    const unopened: LogOpenError[] = [];
    for (const path of options.paths) {
      try {
        const log = await openLog(path, {
          strings,
          ...(stdin !== undefined && { stdin }),
          ...(from !== undefined && { from }),
          ...(xen !== undefined && { xen }),
          ...(openInput !== undefined && { openInput }),
          ...(live && { live, follow: follow === true }),
        });
        logs.push(log);
      } catch (error) {
        if (!(error instanceof LogOpenError)) throw error;
        unopened.push(error);
      }
    }
    if (logs.length === 0) throw unopened[0];
    return new RunLogs(logs, unopened, options);
  }

  /** What the headers of the logs say together; null: none has one. */
  get header(): LogHeader | null {
    return joinedHeader(this.counted.flatMap(({ log }) => log.header ?? []));
  }

  /** Path of each log, what its places are, and the domain of its events that name none. */
  get sources(): ReplaySource[] {
    return this.counted.map(({ log }) => ({
      path: log.path,
      placeUnit: log.placeUnit,
      domid: onlyDomainOf(log.header),
    }));
  }

  /** Throws SeparateRunsError where a log cannot be of the same run as those before it; known once all are read. */
  checkOneRun(): void {
    const logs = this.counted.map(({ log }) => log);
    for (const [index, { shared }] of this.measured().entries()) {
      const before = logs.slice(0, index + 1);
      const log = logs[index + 1];
      if (shared > 0 || before.every((other) => mayBeOneMachine(other.header, log.header))) continue;
      throw new SeparateRunsError(
        log.path,
        before.map(({ path }) => path),
      );
    }
  }

  /** How the clocks of the second log and the following ones differ from the first one's, as far as it is known yet. */
  get clocks(): readonly ClockDifference[] {
    return this.measured();
  }

  /** The events of all logs, once; of several logs merged. */
  batches(): AsyncIterable<EventBatch> {
    if (this.counted.length === 1) return this.counted[0].log.batches();
    const skew = new Map<number, number>();
    for (const [index, { log }] of this.counted.entries()) {
      const seconds = this.skew.get(log.path);
      if (seconds !== undefined) skew.set(index, seconds);
    }
    const merged = mergeLogs(
      this.counted.map(({ log }) => log),
      { skew, domids: this.ownDomains(), onBatch: (index, batch) => this.count(index, batch, 0) },
    );
    this.measured = () => merged.clocks();
    return merged.batches();
  }

  /**
   * Notes how far a replay of the only log is. Several logs are counted before they are merged: a call that two of them
   * hold counts in each.
   * @param operations Operations replayed so far.
   * @param rows Rows of `batch` that are replayed; the others count as decoded, too.
   */
  replayed(operations: number, batch: EventBatch, rows: number): void {
    if (this.counted.length > 1) return;
    this.counted[0].operations = operations;
    this.count(0, batch, rows);
  }

  async close(): Promise<void> {
    for (const { log } of this.counted) await log.close();
  }

  /** Where logs are of several domains: the domain of each log, by index. */
  private ownDomains(): Map<number, number> {
    const own = this.counted.map(({ log }) => onlyDomainOf(log.header));
    const domains = new Map<number, number>();
    if (new Set(own.filter((domid) => domid !== undefined)).size < 2) return domains;
    for (const [index, domid] of own.entries()) if (domid !== undefined) domains.set(index, domid);
    return domains;
  }

  /** Counts the operations of a log's batch from a row on. */
  private count(index: number, batch: EventBatch, from: number): void {
    const input = this.counted[index];
    for (let row = from; row < batch.length; row++) input.operations += operationsOf(batch, row, this.view);
  }
}
