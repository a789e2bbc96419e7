import {
  domainChange,
  type EventBatch,
  EventKind,
  FRAMES_END,
  GrantView,
  GuestEntryView,
  isNumbered,
  lostCount,
  ShareView,
} from "@xgt/hypercall-log";
import { LOSS_ROWS_BACK_MAX } from "../limits.ts";
import type { Domain, Mode } from "../state/domain.ts";
import { applyGuestEntry } from "./guest-evidence.ts";
import type { ObserverList } from "./replay-observer.ts";
import type { ReplayParts } from "./replay-parts.ts";

/** Events that are no half of a call. */
export class OtherEvents {
  private readonly parts: ReplayParts;
  private readonly guestEntry = new GuestEntryView();
  private readonly grant = new GrantView();
  private readonly share = new ShareView();
  private readonly observers: ObserverList;

  constructor(parts: ReplayParts, observers: ObserverList) {
    this.parts = parts;
    this.observers = observers;
  }

  replay(batch: EventBatch, row: number): void {
    switch (batch.kind[row]) {
      case EventKind.guestP2m:
        return this.guestP2m(batch, row);
      case EventKind.dma:
        return this.dma(batch, row);
      case EventKind.lost:
        return this.lost(batch, row);
      case EventKind.share:
      case EventKind.unshare:
        return this.shared(batch, row);
      case EventKind.domain:
        return this.lifeChanged(this.parts.lives.domidOf(batch, row), domainChange(batch, row), undefined);
      default:
        return this.granted(batch, row);
    }
  }

  /** What was lost may have changed anything that this recorder alone saw. */
  lost(batch: EventBatch, row: number): void {
    const { counts, gaps, machine, dma } = this.parts;
    const count = lostCount(batch, row);
    const source = batch.source[row];
    counts.counters.lost += count;
    gaps.lost(source, count);
    const covered = gaps.isCovered(source, machine.event);
    // A CPU's ring tells of its gap where it goes on: what the other CPUs did meanwhile stands before that.
    if (batch.cpu[row] >= 0 && !covered) this.observers.doubt(lastOfCpu(batch, row, machine.event), "lost");
    dma.table.clear();
    for (const domain of machine.domains.values()) {
      if (covered) domain.guestP2m.forget();
      else machine.forget(domain, "records were lost");
    }
  }

  /** A domain begins or ends (DomainChange). `mode`: how a new one is mapped, unless the specification says; undefined: not known. */
  lifeChanged(domid: number, what: number, mode: Mode | undefined): void {
    const { tally, lives, host } = this.parts;
    tally.inputs.add("domain-events");
    host.domainChange(domid, what);
    lives.changed(domid, what, mode);
  }

  /** The domain that did it; something is checked of the event. */
  private acting(batch: EventBatch, row: number): Domain {
    const { lives, tally } = this.parts;
    const domain = lives.of(lives.domidOf(batch, row));
    tally.checkedEvents++;
    lives.noteActing(domain.domid);
    return domain;
  }

  private guestP2m(batch: EventBatch, row: number): void {
    const { tally, machine, host, counts } = this.parts;
    tally.inputs.add("guest-p2m");
    tally.operations++;
    const { guestEntry } = this;
    const domain = this.acting(batch, row);
    guestEntry.load(batch, row);
    const { pfn, mfn } = guestEntry;
    if (pfn >= FRAMES_END) {
      counts.counters.entriesNotFollowed++;
      return;
    }
    const count = machine.entryPages(guestEntry.count);
    applyGuestEntry(machine, domain, pfn, mfn, count);
    host.guestP2m(domain, pfn, mfn, count, batch.pid[row]);
    domain.guestP2m.set(pfn, mfn, count, machine.event);
  }

  private shared(batch: EventBatch, row: number): void {
    const { tally, machine, host, counts } = this.parts;
    tally.inputs.add("shares");
    const domain = this.acting(batch, row);
    const { share } = this;
    share.load(batch, row);
    const { gfn, partner } = share;
    if (gfn >= FRAMES_END) {
      counts.counters.entriesNotFollowed++;
      return;
    }
    const begins = batch.kind[row] === EventKind.share;
    const count = machine.entryPages(share.count);
    host.share(domain, gfn, count, partner, begins);
    for (let page = gfn; page < gfn + count; page++) {
      if (begins) domain.shared.share(page, machine.event, partner);
      else domain.shared.unshare(page);
    }
  }

  private dma(batch: EventBatch, row: number): void {
    const { tally, dma, machine } = this.parts;
    tally.inputs.add("dma");
    tally.operations++;
    dma.event(batch, row, this.acting(batch, row), machine.event);
  }

  private granted(batch: EventBatch, row: number): void {
    this.parts.tally.inputs.add("grant-entries");
    const domain = this.acting(batch, row);
    const { grant } = this;
    grant.load(batch, row);
    const { ref, dom, gfn, readOnly } = grant;
    this.parts.host.grant(domain, ref, dom, gfn, readOnly);
    if (batch.kind[row] === EventKind.grant) domain.grants.remember({ ref, dom, gfn, ro: readOnly });
    else domain.grants.end(ref);
  }
}

/**
 * Number of the newest event before `row`, whose own number is `event`, that the same log has of the same CPU; 0 where it is
 * not among the LOSS_ROWS_BACK_MAX rows before.
 */
function lastOfCpu(batch: EventBatch, row: number, event: number): number {
  let number = event;
  for (let back = row - 1; back >= Math.max(0, row - LOSS_ROWS_BACK_MAX); back--) {
    if (isNumbered(batch.kind[back])) number--;
    if (batch.cpu[back] === batch.cpu[row] && batch.source[back] === batch.source[row]) return number;
  }
  return 0;
}
