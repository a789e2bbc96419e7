import { CallView, type EventBatch, EventKind, type HalfShape, Recorded } from "@xgt/hypercall-log";
import type { Domain } from "../state/domain.ts";
import type { StraightHost } from "./straight-host.ts";

/** A call of which both halves lie in one batch, the exit behind the enter, and are told in full. */
export class WholeCall {
  readonly in = new CallView();
  readonly out = new CallView();
  private readonly host: StraightHost;

  constructor(host: StraightHost) {
    this.host = host;
  }

  /** Whether the exit of the enter at `row` follows before `end`, and no rule waits for the next call of its thread. */
  isAt(batch: EventBatch, row: number, end: number, domain: Domain): boolean {
    const next = row + 1;
    return (
      next < end &&
      batch.kind[next] === EventKind.exit &&
      batch.call[next] === batch.call[row] &&
      batch.start[row] === 0 &&
      this.host.mayBegin(batch.call[row]) &&
      this.mayCall(domain, batch.pid[row])
    );
  }

  /** Points the views at both halves; whether the enter's fields were recorded in full. */
  load(batch: EventBatch, row: number, inShape: HalfShape, outShape: HalfShape): boolean {
    this.in.loadRow(batch, row, inShape);
    this.out.loadRow(batch, row + 1, outShape);
    return this.in.recorded === Recorded.fields && !this.in.endsInFault;
  }

  private mayCall(domain: Domain, pid: number): boolean {
    const { nextCall } = this.host.guards;
    for (let i = 0; i < nextCall.length; i++) if (nextCall[i].nextCall?.(domain, pid) === false) return false;
    return true;
  }
}
