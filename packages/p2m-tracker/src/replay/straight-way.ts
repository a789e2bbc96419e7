import { type EventBatch, EventKind } from "@xgt/hypercall-log";
import { dmaRules } from "../rules/dma-rules.ts";
import type { Domain } from "../state/domain.ts";
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

  constructor(parts: ReplayParts, observers: ObserverList) {
    this.parts = parts;
    this.observers = observers;
    this.path = new StraightPath(hostOf(parts));
  }

  /** An event went the other way. */
  passedBy(): void {
    this.path.passedBy();
  }

  /** Rows from this one on that are replayed by it; 0: the event must go the other way. */
  take(batch: EventBatch, row: number): number {
    const { lives, tally, machine } = this.parts;
    if (lives.hasDestroyed) return 0;
    const taken = this.path.take(batch, row);
    if (taken === 0) return 0;
    if (batch.kind[row] === EventKind.enter) {
      this.passed(batch, row, machine.event - 1, -1);
      this.passed(batch, row + 1, machine.event, row);
    } else {
      tally.checked(batch.kind[row]);
      lives.noteActing(lives.domidOf(batch, row));
      this.passed(batch, row, machine.event, -1);
    }
    return taken;
  }

  private passed(batch: EventBatch, row: number, event: number, enter: number): void {
    this.parts.tally.time(batch, row);
    this.parts.host.at(batch, row);
    this.observers.passed(batch, row, event, enter);
  }
}

function hostOf(parts: ReplayParts): StraightHost {
  const { machine, counts, gaps, tally, host, calls, dma, offsets, lives } = parts;
  return {
    machine,
    guards: new StraightGuards(host.dispatch.hooks, dmaRules),
    table: dma.table,
    defaults: lives.defaults,
    isPlain: (domain: Domain, dev: number) => offsets.isPlain(domain.domid, dev),
    isListed: (domain: Domain, dev: number) => dma.isListed(domain, dev),
    mayBegin: (call: number) => !calls.isUnderWay(call) && calls.excess === undefined,
    usesUnknown: () => indeterminateUnknown(host),
    called(subOp, domain, batch, row, count, missing) {
      gaps.call(batch.source[row]);
      tally.operations += count;
      counts.pass(subOp, domain.domid, missing);
      host.lastCall = machine.event;
    },
  };
}
