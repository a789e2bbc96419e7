import type { EventBatch } from "@xgt/hypercall-log";
import { Call } from "../call/call.ts";
import { PendingCalls } from "../call/pending-calls.ts";

/** Joins the halves of calls. Both calls that it fills are reused: each is good until the next event. */
export class CallHalves {
  /** The call that the latest enter began. */
  readonly entering = new Call();
  private readonly call = new Call();
  private readonly pending = new PendingCalls();

  /** Numbers of the calls under way, oldest first. */
  underWay(): number[] {
    return this.pending.calls();
  }

  isUnderWay(call: number): boolean {
    return this.pending.size > 0 && this.pending.has(call);
  }

  /** Writes the numbers of the calls under way; how many, -1 where there are more than fit in. */
  writeUnderWay(into: Float64Array): number {
    return this.pending.size === 0 ? 0 : this.pending.writeCalls(into);
  }

  /** The call that has to be given up before another one can be opened; undefined: there is room. */
  get excess(): number | undefined {
    return this.pending.excess;
  }

  /** A call begins at event `event`; it is under way once it is kept. */
  begin(batch: EventBatch, row: number, caller: number, event: number): Call {
    const call = this.entering;
    call.reset();
    call.nr = batch.nr[row];
    call.cmd = batch.cmd[row];
    call.start = batch.start[row];
    call.caller = caller;
    call.pid = batch.pid[row];
    call.comm = batch.comm[row];
    call.via = batch.via[row];
    call.enterEvent = event;
    call.enterTime = batch.time[row];
    call.enterPlace = batch.place[row];
    call.enterSource = batch.source[row];
    call.exitEvent = 0;
    call.ret = Number.NaN;
    call.loadInput(batch.words, batch.payload[row], batch.payloadEnd(row));
    return call;
  }

  /** Keeps what `begin` saw until the call ends. */
  keep(batch: EventBatch, row: number): void {
    this.pending.open(batch, row, this.entering.caller, this.entering.enterEvent);
  }

  /** A call ends; null where its beginning is not in the log. */
  end(batch: EventBatch, row: number, event: number): Call | null {
    const call = this.call;
    call.reset();
    if (!this.pending.take(batch.call[row], call)) return null;
    call.exitEvent = event;
    call.exitTime = batch.time[row];
    call.exitPlace = batch.place[row];
    call.exitSource = batch.source[row];
    call.ret = batch.ret[row];
    call.loadOutput(batch.words, batch.payload[row], batch.payloadEnd(row));
    return call;
  }

  /** A call whose end never came, with nothing of its other half; null: it is not under way. */
  giveUp(number: number): Call | null {
    const call = this.call;
    call.reset();
    if (!this.pending.take(number, call)) return null;
    call.exitEvent = 0;
    call.ret = Number.NaN;
    call.out.clear();
    return call;
  }
}
