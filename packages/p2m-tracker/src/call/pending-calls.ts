import type { EventBatch } from "@xgt/hypercall-log";
import { CALLS_UNDER_WAY_MAX } from "../limits.ts";
import type { Call } from "./call.ts";

/** A call's enter half, kept until its exit comes. */
interface Pending {
  words: Int32Array;
  used: number;
  nr: number;
  cmd: number;
  start: number;
  caller: number;
  pid: number;
  comm: number;
  via: number;
  event: number;
  time: number;
  place: number;
  source: number;
}

function emptyPending(): Pending {
  return {
    words: new Int32Array(64),
    used: 0,
    nr: -1,
    cmd: -1,
    start: 0,
    caller: 0,
    pid: -1,
    comm: -1,
    via: 0,
    event: 0,
    time: Number.NaN,
    place: 0,
    source: 0,
  };
}

/** Calls under way, by the log's own call number. Slots are reused, so a replay makes no object per call. */
export class PendingCalls {
  private readonly byCall = new Map<number, Pending>();
  private readonly free: Pending[] = [];

  get size(): number {
    return this.byCall.size;
  }

  has(call: number): boolean {
    return this.byCall.has(call);
  }

  /** Writes the calls' numbers; how many, -1 where there are more than fit in. */
  writeCalls(into: Float64Array): number {
    if (this.byCall.size > into.length) return -1;
    let count = 0;
    for (const call of this.byCall.keys()) into[count++] = call;
    return count;
  }

  /** The call that has to be given up before another one can be opened; undefined: there is room. */
  get excess(): number | undefined {
    if (this.byCall.size < CALLS_UNDER_WAY_MAX) return undefined;
    const [oldest] = this.byCall.keys();
    return oldest;
  }

  /** Keeps row `row` of a batch as the enter half of its call. */
  open(batch: EventBatch, row: number, caller: number, event: number): void {
    const pending = this.free.pop() ?? emptyPending();
    const first = batch.payload[row];
    const last = batch.payloadEnd(row);
    if (last - first > pending.words.length) pending.words = new Int32Array((last - first) * 2);
    // Short payloads are the rule; a loop beats a view and set() there.
    if (last - first < 64) for (let i = first; i < last; i++) pending.words[i - first] = batch.words[i];
    else pending.words.set(batch.words.subarray(first, last));
    pending.used = last - first;
    pending.nr = batch.nr[row];
    pending.cmd = batch.cmd[row];
    pending.start = batch.start[row];
    pending.caller = caller;
    pending.pid = batch.pid[row];
    pending.comm = batch.comm[row];
    pending.via = batch.via[row];
    pending.event = event;
    pending.time = batch.time[row];
    pending.place = batch.place[row];
    pending.source = batch.source[row];
    this.byCall.set(batch.call[row], pending);
  }

  /** Moves a call's enter half into `call`; false where there is none. Its words stay valid until the next open(). */
  take(id: number, call: Call): boolean {
    const pending = this.byCall.get(id);
    if (pending === undefined) return false;
    this.byCall.delete(id);
    call.nr = pending.nr;
    call.cmd = pending.cmd;
    call.start = pending.start;
    call.caller = pending.caller;
    call.pid = pending.pid;
    call.comm = pending.comm;
    call.via = pending.via;
    call.enterEvent = pending.event;
    call.enterTime = pending.time;
    call.enterPlace = pending.place;
    call.enterSource = pending.source;
    call.loadInput(pending.words, 0, pending.used);
    this.free.push(pending);
    return true;
  }

  /** Numbers of the calls still under way, oldest first. */
  calls(): number[] {
    return [...this.byCall.keys()];
  }
}
