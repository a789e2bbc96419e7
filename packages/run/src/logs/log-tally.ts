import {
  CallView,
  type EventBatch,
  EventKind,
  isNumbered,
  type LogSource,
  operationsOf,
} from "@xgt/hypercall-log";
import { type FindingFilter, passesTime } from "../findings/finding-filter.ts";
import { THREADS_MAX } from "../limits.ts";
import { callName } from "../observers/call-index.ts";

/** Calls of one sub-op. */
export interface CallCount {
  readonly name: string;
  readonly nr: number;
  readonly cmd: number;
  calls: number;
  operations: number;
  /** Calls that returned a negative value. */
  refused: number;
}

/** Calls of one thread. */
export interface ThreadCount {
  readonly pid: number;
  readonly comm: string;
  calls: number;
}

/** Names of events, by EventKind. */
const kindNames: readonly string[] = [
  "",
  "enter",
  "exit",
  "guest_p2m",
  "dma",
  "lost",
  "grant",
  "ungrant",
  "domain",
  "mark",
  "gap",
  "share",
  "unshare",
];

/** What is in one log: counted while it is read, nothing is replayed. */
export class LogTally {
  readonly log: LogSource;
  /** Which events are counted: those of this time, both ends included; undefined: all. */
  readonly time: FindingFilter["time"];
  /** Events that are counted, marks and gaps left out. */
  events = 0;
  operations = 0;
  timeFirst: number | null = null;
  timeLast: number | null = null;
  /** Threads beyond THREADS_MAX. */
  moreThreads = false;
  private readonly kinds = new Array<number>(kindNames.length).fill(0);
  private readonly calls = new Map<number, CallCount>();
  private readonly threads = new Map<number, ThreadCount>();
  private readonly view = new CallView();
  private readonly callers = new Map<number, number>();

  /** `time`: only events of this time are counted; one without a time is of none. */
  constructor(log: LogSource, time?: FindingFilter["time"]) {
    this.log = log;
    this.time = time;
  }

  add(batch: EventBatch): void {
    for (let row = 0; row < batch.length; row++) {
      if (!passesTime(this, batch.time[row])) continue;
      if (isNumbered(batch.kind[row])) this.events++;
      this.kinds[batch.kind[row]]++;
      const operations = operationsOf(batch, row, this.view);
      this.operations += operations;
      if (!Number.isNaN(batch.time[row])) this.addTime(batch.time[row]);
      if (batch.kind[row] === EventKind.enter) this.addCall(batch, row, operations);
      else if (batch.kind[row] === EventKind.exit && batch.ret[row] < 0) this.callOf(batch, row).refused++;
    }
  }

  /** Events by kind, only those that occur. */
  eventCounts(): { readonly name: string; readonly count: number }[] {
    return kindNames
      .map((name, kind) => ({ name, count: this.kinds[kind] }))
      .filter(({ count }) => count > 0);
  }

  /** Sub-ops in order of number. */
  callCounts(): CallCount[] {
    return [...this.calls.values()].sort((a, b) => a.nr - b.nr || a.cmd - b.cmd);
  }

  /** Threads, those with most calls first. */
  threadCounts(): ThreadCount[] {
    return [...this.threads.values()].sort((a, b) => b.calls - a.calls || a.pid - b.pid);
  }

  /** Calls by calling domain, -1: not recorded. */
  callerCounts(): [number, number][] {
    return [...this.callers].sort(([a], [b]) => a - b);
  }

  private addTime(time: number): void {
    if (this.timeFirst === null || time < this.timeFirst) this.timeFirst = time;
    if (this.timeLast === null || time > this.timeLast) this.timeLast = time;
  }

  private addCall(batch: EventBatch, row: number, operations: number): void {
    const call = this.callOf(batch, row);
    call.calls++;
    call.operations += operations;
    const domid = batch.domid[row];
    this.callers.set(domid, (this.callers.get(domid) ?? 0) + 1);
    const pid = batch.pid[row];
    if (pid < 0 && batch.comm[row] < 0) return;
    // A thread may change its name: the names count apart.
    const key = (batch.comm[row] + 1) * 2 ** 32 + (pid >>> 0);
    const thread = this.threads.get(key);
    if (thread !== undefined) thread.calls++;
    else if (this.threads.size >= THREADS_MAX) this.moreThreads = true;
    else this.threads.set(key, { pid, comm: this.log.strings.get(batch.comm[row]), calls: 1 });
  }

  private callOf(batch: EventBatch, row: number): CallCount {
    const nr = batch.nr[row];
    const cmd = batch.cmd[row];
    const key = nr * 2 ** 32 + cmd;
    let call = this.calls.get(key);
    if (call === undefined) {
      call = { name: callName(nr, cmd), nr, cmd, calls: 0, operations: 0, refused: 0 };
      this.calls.set(key, call);
    }
    return call;
  }
}
