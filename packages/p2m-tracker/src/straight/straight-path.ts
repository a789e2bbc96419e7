import { type EventBatch, EventKind } from "@xgt/hypercall-log";
import { DomainCursor } from "./domain-cursor.ts";
import { StraightDma } from "./straight-dma.ts";
import { StraightEntries } from "./straight-entries.ts";
import { StraightGrants } from "./straight-grants.ts";
import type { StraightHost } from "./straight-host.ts";

/**
 * The short way of healthy events: what a replay does with most rows of a long log, in few functions that make no object
 * and call no rule. `take` looks first and changes the state only where it is sure that the other path would change it
 * so and report nothing; otherwise all stays as it is, and the event goes the other way.
 */
export class StraightPath {
  private readonly host: StraightHost;
  private readonly cursor: DomainCursor;
  private readonly dma: StraightDma;
  private readonly entries: StraightEntries;
  private readonly grants: StraightGrants;

  constructor(host: StraightHost) {
    this.host = host;
    this.cursor = new DomainCursor(host);
    this.dma = new StraightDma(host, this.cursor);
    this.entries = new StraightEntries(host, this.cursor);
    this.grants = new StraightGrants(host, this.cursor);
  }

  /** An event went the other way. */
  passedBy(): void {
    this.host.guards.renew();
    this.cursor.renew();
  }

  /** Rows that were taken, from `row` on: 1, 2 for both halves of a call; 0: the event must go the other way. */
  take(batch: EventBatch, row: number): number {
    switch (batch.kind[row]) {
      case EventKind.dma:
        return this.dma.take(batch, row) ? 1 : 0;
      case EventKind.guestP2m:
        return this.entries.take(batch, row) ? 1 : 0;
      case EventKind.enter:
        return this.grants.take(batch, row) ? 2 : 0;
      default:
        return 0;
    }
  }
}
