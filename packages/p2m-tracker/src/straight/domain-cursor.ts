import type { EventBatch } from "@xgt/hypercall-log";
import type { Domain } from "../state/domain.ts";
import type { StraightHost } from "./straight-host.ts";

/** The domain of the event at hand; nearly always that of the event before. */
export class DomainCursor {
  private readonly host: StraightHost;
  private domid = -1;
  private domain: Domain | undefined;

  constructor(host: StraightHost) {
    this.host = host;
  }

  /** The domain that acts in a row; undefined: it has no state yet. */
  of(batch: EventBatch, row: number): Domain | undefined {
    const named = batch.domid[row];
    const domid = named < 0 ? this.host.defaults[batch.source[row]] : named;
    if (domid !== this.domid) {
      this.domain = this.host.machine.domains.get(domid);
      this.domid = this.domain === undefined ? -1 : domid;
    }
    return this.domain;
  }

  /** Domains may have come, gone or begun anew. */
  renew(): void {
    this.domid = -1;
  }
}
