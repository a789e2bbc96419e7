import { type EventBatch, EventKind } from "@xgt/hypercall-log";
import * as reason from "../memory/refusal-reasons.ts";
import type { StraightKind } from "../rules/kinds/straight-rule.ts";
import type { Domain } from "../state/domain.ts";
import { NativePath } from "./native-path.ts";
import { Refusals } from "./refusals.ts";
import { StraightCounts, SubOp, straightSubOpOf } from "./straight-counts.ts";
import { StraightDma } from "./straight-dma.ts";
import { StraightEntries } from "./straight-entries.ts";
import { StraightExtents } from "./straight-extents.ts";
import { StraightGrants } from "./straight-grants.ts";
import type { Passing } from "./straight-guards.ts";
import type { StraightHost } from "./straight-host.ts";
import { WholeCall } from "./whole-call.ts";

/** What rules are asked of calls, by sub-op. */
const callKinds: readonly StraightKind[] = ["mapCall", "unmapCall", "decreaseCall", "populateCall"];

/**
 * The short way of healthy events: what a replay does with most rows of a long log, in few functions that make no object
 * and call no rule. `take` looks at each first and changes the state only where it is sure that the other path would change
 * it so and report nothing; otherwise all stays as it is, and the event goes the other way.
 */
export class StraightPath {
  /** What the rows that the last `take` took come to. */
  readonly counts = new StraightCounts();
  /** What did not take the path. */
  readonly refusals = new Refusals();
  private readonly host: StraightHost;
  private readonly dma: StraightDma;
  private readonly entries: StraightEntries;
  private readonly grants: StraightGrants;
  private readonly extents: StraightExtents;
  private readonly call: WholeCall;
  private readonly native: NativePath;

  /** @param nativeFrom Rows that a domain shows before WebAssembly takes the path for it. */
  constructor(host: StraightHost, nativeFrom: number) {
    this.host = host;
    this.dma = new StraightDma(host, this.counts);
    this.entries = new StraightEntries(host, this.counts);
    this.call = new WholeCall(host);
    this.grants = new StraightGrants(host, this.counts, this.call);
    this.extents = new StraightExtents(host, this.counts, this.call);
    this.native = new NativePath(host, this.counts, this.refusals, this.grants.ignoresBus, nativeFrom);
  }

  /** An event went the other way. */
  passedBy(): void {
    this.host.guards.renew();
    this.native.renew();
  }

  /** A batch is to be replayed, or to be gone on with. */
  enter(): void {
    this.native.enter();
  }

  /** Nobody looks at the state any more, nor replays on. */
  release(): void {
    this.native.release();
  }

  /**
   * Takes rows from `first` on, up to `end` at most: those of one domain and one log, until one must go the other way.
   * How many; an enter and its exit are taken together.
   */
  take(batch: EventBatch, first: number, end: number): number {
    const { guards, machine, defaults } = this.host;
    const { domid, source } = batch;
    const named = domid[first];
    const log = source[first];
    const domain = machine.domains.get(named < 0 ? defaults[log] : named);
    if (domain === undefined) {
      this.refusals.countPath(reason.OTHER_ROW);
      return 0;
    }
    const passing = guards.of(domain);
    this.counts.clear();
    let row = first;
    while (row < end && domid[row] === named && source[row] === log) {
      const { native } = this;
      const many = native.take(batch, row, end, domain, passing);
      row += many;
      if (many > 0) continue;
      const taken = this.takeOne(batch, row, end, domain, passing);
      if (taken === 0) break;
      native.learn(batch, row, domain, this.call, this.dma.mayOfLast);
      row += taken;
    }
    if (row > first) guards.settle(passing);
    // Where rows were taken, the one after them is looked at again.
    else this.refusals.countPath(this.reasonFor(batch, row, domain, passing));
    return row - first;
  }

  /** Why a row was not taken. */
  private reasonFor(batch: EventBatch, row: number, domain: Domain, { kinds }: Passing): number {
    const kind = batch.kind[row];
    const isBehind = domain.iommu === true;
    if (isBehind && (kind === EventKind.dma || kind === EventKind.guestP2m)) return reason.BEHIND_IOMMU;
    if (kind === EventKind.dma) return kinds.dmaPage ? reason.DMA_PAGE : reason.ASKS_RULE;
    if (kind === EventKind.guestP2m) return kinds.guestEntry ? reason.ENTRY_FRAME : reason.ASKS_RULE;
    if (kind !== EventKind.enter) return reason.OTHER_ROW;
    const subOp = straightSubOpOf(batch.nr[row], batch.cmd[row]);
    if (subOp === undefined) return reason.OTHER_CALL;
    if (!kinds[callKinds[subOp]]) return reason.ASKS_RULE;
    if (batch.kind[row + 1] !== EventKind.exit || batch.call[row + 1] !== batch.call[row])
      return reason.CALL_HALVES;
    if (subOp !== SubOp.map && subOp !== SubOp.unmap) return reason.OWN_FRAME;
    return isBehind ? reason.BEHIND_IOMMU : reason.GRANT_FRAME;
  }

  private takeOne(batch: EventBatch, row: number, end: number, domain: Domain, passing: Passing): number {
    switch (batch.kind[row]) {
      case EventKind.dma:
        return this.dma.take(batch, row, domain, passing) ? 1 : 0;
      case EventKind.guestP2m:
        return this.entries.take(batch, row, domain, passing) ? 1 : 0;
      case EventKind.enter:
        return this.takeCall(batch, row, end, domain, passing) ? 2 : 0;
      default:
        return 0;
    }
  }

  private takeCall(batch: EventBatch, row: number, end: number, domain: Domain, passing: Passing): boolean {
    const subOp = straightSubOpOf(batch.nr[row], batch.cmd[row]);
    if (subOp === undefined || !passing.kinds[callKinds[subOp]] || !this.call.isAt(batch, row, end, domain))
      return false;
    if (subOp === SubOp.map || subOp === SubOp.unmap)
      return this.grants.take(batch, row, domain, passing, subOp);
    return this.extents.take(batch, row, domain, subOp);
  }
}
