import { type EventBatch, EventKind } from "@xgt/hypercall-log";
import { dmaRules } from "../rules/dma-rules.ts";
import type { Domain } from "../state/domain.ts";
import type { Refusal } from "../straight/refusals.ts";
import { straightSubOps } from "../straight/straight-counts.ts";
import { StraightGuards } from "../straight/straight-guards.ts";
import type { StraightHost } from "../straight/straight-host.ts";
import { StraightPath } from "../straight/straight-path.ts";
import { indeterminateUnknown } from "./dma-verdict.ts";
import type { ObserverList } from "./replay-observer.ts";
import type { ReplayParts } from "./replay-parts.ts";

/** The straight path as a part of a replay: what it takes is counted, and observers hear that it passed. */
export class StraightWay {
  private readonly parts: ReplayParts;
  private readonly observers: ObserverList;
  private readonly path: StraightPath;

  constructor(parts: ReplayParts, observers: ObserverList, nativeFrom: number) {
    this.parts = parts;
    this.observers = observers;
    this.path = new StraightPath(hostOf(parts, observers.wantChanges), nativeFrom);
  }

  /** A batch is to be replayed, or to be gone on with. */
  enter(): void {
    this.path.enter();
  }

  /** Nobody looks at the state any more, nor replays on. */
  release(): void {
    this.path.release();
  }

  /** What did not take the path, and why. */
  get refusals(): Refusal[] {
    return this.path.refusals.list();
  }

  /** An event went the other way. */
  passedBy(): void {
    this.path.passedBy();
  }

  /** How many rows from this one on are replayed by it, `most` at most; 0: the event must go the other way. */
  take(batch: EventBatch, row: number, most: number): number {
    const { lives, machine } = this.parts;
    if (lives.hasDestroyed) return 0;
    const event = machine.event + 1;
    const rows = this.path.take(batch, row, Math.min(batch.length, row + most));
    if (rows > 0) this.settle(batch, row, row + rows, event);
    return rows;
  }

  /** Rows from `first` to `end`, the events from `event` on, took the path: what they count for. */
  private settle(batch: EventBatch, first: number, end: number, event: number): void {
    const { lives, tally, host } = this.parts;
    const { counts } = this.path;
    if (counts.dmas > 0) tally.checked(EventKind.dma, counts.dmas);
    if (counts.entries > 0) tally.checked(EventKind.guestP2m, counts.entries);
    const domid = lives.domidOf(batch, first);
    if (counts.dmas + counts.entries > 0) lives.noteActing(domid);
    if (counts.unknownPages > 0) indeterminateUnknown(host, counts.unknownPages);
    if (counts.lastCall > 0) this.settleCalls(domid, batch.source[first]);
    tally.times(batch, first, end);
    host.at(batch, end - 1);
    this.observers.passed(batch, first, end, event);
  }

  private settleCalls(domid: number, source: number): void {
    const { gaps, tally, host, counts } = this.parts;
    const passed = this.path.counts;
    for (let i = 0; i < passed.kinds; i++) {
      const subOp = passed.order[i];
      gaps.call(source, passed.calls[subOp]);
      counts.pass(straightSubOps[subOp], domid, passed.calls[subOp]);
    }
    counts.counters.opsNotRecorded += passed.missing;
    tally.operations += passed.operations;
    host.lastCall = passed.lastCall;
  }
}

function hostOf(parts: ReplayParts, tellsChanges: boolean): StraightHost {
  const { machine, host, calls, dma, offsets, lives } = parts;
  return {
    machine,
    guards: new StraightGuards(host.dispatch.hooks, dmaRules),
    table: dma.table,
    tellsChanges,
    defaults: lives.defaults,
    isPlain: (domain: Domain, dev: number) => offsets.isPlain(domain.domid, dev),
    isListed: (domain: Domain, dev: number) => dma.isListed(domain, dev),
    underWay: (into: Float64Array) => calls.writeUnderWay(into),
    mayBegin: (call: number) => !calls.isUnderWay(call) && calls.excess === undefined,
  };
}
