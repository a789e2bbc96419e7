import { Gntst } from "@xgt/hypercall-abi";
import { ALL_ONES } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import { GUEST_ENTRY_PAGES_MAX } from "../../limits.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind } from "../../state/frame-kind.ts";
import type { Change } from "../../state/machine.ts";
import { NumberTable } from "../../state/number-table.ts";
import { EXTENDED, exampleLog, guestEntry, map, PEER_FRAME, unmap } from "../kinds/example.ts";
import { hex, type Rule, type RuleHost } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { forEachRun } from "../watch/frame-runs.ts";
import { frameOf, isUnmap, unmapFieldsOf } from "../watch/grant-op-fields.ts";
import { everywhere } from "../watch/stretch-between.ts";

const FIRST_SLOTS = 64;

/**
 * Entries of one domain's table whose grants were unmapped and that are not cleared yet, in columns by slot: nearly every
 * unmap makes one, and the next event clears it. Never more than the table has entries.
 */
class StaleEntries {
  readonly epoch: number;
  /** Entries already reported: pfn -> event at which the guest made the entry. */
  readonly reported = new Map<number, number>();
  /** By slot: frame and handle, exit of the unmap and the thread that called it, and the pfn; NaN: the slot is free. */
  mfns = new Float64Array(FIRST_SLOTS);
  handles = new Float64Array(FIRST_SLOTS);
  events = new Float64Array(FIRST_SLOTS);
  private pids = new Float64Array(FIRST_SLOTS);
  private pfns = new Float64Array(FIRST_SLOTS);
  private readonly slots = new NumberTable();
  /** Entries by thread. */
  private readonly waiting = new NumberTable();
  private readonly free: number[] = [];
  private used = 0;

  constructor(epoch: number) {
    this.epoch = epoch;
  }

  get size(): number {
    return this.slots.size;
  }

  /** Slot of a pfn; -1: its entry is not stale. */
  slotOf(pfn: number): number {
    return this.slots.get(pfn, -1);
  }

  /** Whether a thread has entries to clear. */
  waitsFor(pid: number): boolean {
    return this.waiting.size > 0 && this.waiting.has(pid);
  }

  add(pfn: number, mfn: number, handle: number, event: number, pid: number): void {
    this.drop(pfn);
    const slot = this.free.pop() ?? this.used++;
    if (slot === this.pfns.length) this.grow();
    this.pfns[slot] = pfn;
    this.mfns[slot] = mfn;
    this.handles[slot] = handle;
    this.events[slot] = event;
    this.pids[slot] = pid;
    this.slots.set(pfn, slot);
    // Every CPU's idle task is thread 0: it cannot be told whose next call that would be.
    if (pid > 0) this.waiting.set(pid, this.waiting.get(pid, 0) + 1);
  }

  drop(pfn: number): void {
    const slot = this.slots.get(pfn, -1);
    if (slot < 0) return;
    this.slots.delete(pfn);
    this.pfns[slot] = Number.NaN;
    this.free.push(slot);
    const pid = this.pids[slot];
    if (pid <= 0) return;
    const left = this.waiting.get(pid, 1) - 1;
    if (left === 0) this.waiting.delete(pid);
    else this.waiting.set(pid, left);
  }

  /** The pfns, in no order. `pid`: those of one thread; absent: all. */
  list(pid?: number): number[] {
    const pfns: number[] = [];
    for (let slot = 0; slot < this.used; slot++) {
      if (Number.isNaN(this.pfns[slot]) || (pid !== undefined && this.pids[slot] !== pid)) continue;
      pfns.push(this.pfns[slot]);
    }
    return pfns;
  }

  private grow(): void {
    for (const name of ["mfns", "handles", "events", "pids", "pfns"] as const) {
      const wider = new Float64Array(2 * this[name].length);
      wider.set(this[name]);
      this[name] = wider;
    }
  }
}

class StaleWatch {
  private readonly host: RuleHost;
  private readonly domains = new Map<number, StaleEntries>();
  /** The domain that was asked for last, and its entries. */
  private lastDomid = -1;
  private last: StaleEntries | undefined;

  constructor(host: RuleHost) {
    this.host = host;
  }

  /** Ops that unmapped a grant whose gfn still has an entry in the guest's table. */
  unmapped(call: Call): void {
    const domain = this.host.machine.domains.get(call.caller);
    // Of a call without its exit only the model says that it worked.
    if (domain === undefined || domain.guestP2m.size === 0 || call.exitEvent === 0) return;
    const fields = unmapFieldsOf(call);
    for (let row = 0; row < call.in.rows; row++) {
      const pfn = frameOf(call.in.u64(row, fields.hostAddr));
      if (domain.guestP2m.get(pfn) === undefined || call.item(row) !== Gntst.okay) continue;
      const kind = domain.p2m.kindOf(pfn);
      if (kind === FrameKind.grant || kind === FrameKind.unknown) continue;
      this.outlived(domain, pfn, call.in.u64(row, fields.handle), call.pid, this.host.machine.event);
    }
  }

  /** A handle was unmapped at a gfn for which the guest's table has an entry. */
  outlived(domain: Domain, pfn: number, handle: number, pid: number, event: number): void {
    const mfn = domain.guestP2m.get(pfn);
    const entries = this.entriesOf(domain);
    if (mfn === undefined || entries.reported.get(pfn) === domain.guestP2m.madeAt(pfn)) return;
    entries.add(pfn, mfn, handle, event, pid);
  }

  /** Whether a thread has still to clear an entry. */
  waitsFor(domain: Domain, pid: number): boolean {
    return this.find(domain.domid)?.waitsFor(pid) ?? false;
  }

  hasNone(domain: Domain): boolean {
    return (this.find(domain.domid)?.size ?? 0) === 0;
  }

  /** Whether nothing is remembered of a domain. */
  isIdle(domain: Domain): boolean {
    const entries = this.find(domain.domid);
    return entries === undefined || entries.size + entries.reported.size === 0;
  }

  /** Whether the entry for a gfn outlives its grant so far. */
  has(domain: Domain, gfn: number): boolean {
    const entries = this.find(domain.domid);
    return entries !== undefined && entries.size > 0 && entries.slotOf(gfn) >= 0;
  }

  /** A thread goes on to its next hypercall: what it has not cleared by now it never will. */
  nextCall(call: Call): void {
    const entries = this.find(call.caller);
    if (entries === undefined || !entries.waitsFor(call.pid)) return;
    // An empty batch can come from an interrupt between the unmap and the clearing (blkback's end of I/O).
    if (call.shape?.subOp.argument === "rows" && call.in.count === 0) return;
    const domain = this.host.machine.domains.get(call.caller);
    if (domain !== undefined)
      this.report(domain, entries.list(call.pid), "when its thread made the next hypercall");
  }

  reused(change: Change): void {
    if (this.has(change.domain, change.gfn))
      this.report(change.domain, [change.gfn], "when the gfn was used again");
  }

  tableChanged(domain: Domain, pfn: number, mfn: number, count: number): void {
    const entries = this.find(domain.domid);
    if (entries === undefined || entries.size + entries.reported.size === 0) return;
    const pages = Math.min(count, GUEST_ENTRY_PAGES_MAX);
    for (let i = 0; i < pages; i++) {
      entries.drop(pfn + i);
      if (mfn >= ALL_ONES) entries.reported.delete(pfn + i);
    }
  }

  end(): void {
    for (const [domid, entries] of this.domains) {
      const domain = this.host.machine.domains.get(domid);
      if (domain !== undefined) this.report(domain, entries.list(), "at the end of the log");
    }
  }

  forget(domain: Domain): void {
    this.domains.delete(domain.domid);
    this.lastDomid = -1;
  }

  private find(domid: number): StaleEntries | undefined {
    if (domid !== this.lastDomid) {
      this.lastDomid = domid;
      this.last = this.domains.get(domid);
    }
    return this.last;
  }

  private entriesOf(domain: Domain): StaleEntries {
    let entries = this.find(domain.domid);
    if (entries === undefined || entries.epoch !== domain.guestP2m.epoch) {
      entries = new StaleEntries(domain.guestP2m.epoch);
      this.domains.set(domain.domid, entries);
      this.lastDomid = -1;
    }
    return entries;
  }

  private report(domain: Domain, pfns: number[], when: string): void {
    const entries = this.entriesOf(domain);
    forEachRun(pfns, (first, count) => {
      const slot = entries.slotOf(first);
      if (slot < 0) return;
      const unmapped = entries.events[slot];
      const several = count === 1 ? "" : `, the first of ${count} such entries,`;
      this.host.report(staleGuestEntry, {
        domain,
        gfn: first,
        count,
        message: `the guest's entry ${hex(first)} -> ${hex(entries.mfns[slot])}${several} outlives its grant: handle ${entries.handles[slot]} was unmapped at event ${unmapped} and the entry still stood ${when}`,
        causeEvent: unmapped,
        // Where the log stops right after the unmap, the clearing may have been cut off.
        certain: this.host.machine.event > unmapped,
        uncertain: ["end"],
      });
      for (let pfn = first; pfn < first + count; pfn++) {
        entries.drop(pfn);
        const made = domain.guestP2m.madeAt(pfn);
        if (made !== undefined) entries.reported.set(pfn, made);
      }
    });
  }
}

/** The guest's table keeps an entry for a gfn whose grant has been unmapped. */
export const staleGuestEntry: Rule = {
  id: "G06",
  name: "stale-guest-entry",
  severity: "error",
  what: "The guest's table has no entry for a gfn whose grant is gone.",
  why: "The next DMA with that pfn goes to a frame that is no longer granted and may belong to somebody else by then.",
  fix: "Clear the entry of every op that was unmapped with status okay before the thread goes on (Linux: clear_foreign_p2m_mapping).",
  source:
    "Xen common/grant_table.c:unmap_common_complete@master; Linux drivers/xen/grant-table.c:gnttab_unmap_refs@6.1, arch/arm/xen/p2m.c:clear_foreign_p2m_mapping,__set_phys_to_machine_multi@6.1",
  needs: ["guest-p2m"],
  // The second map has no entry at all, as a xenbus ring: nothing to clear.
  passing: exampleLog(
    map({ gfn: EXTENDED, mfn: PEER_FRAME, handle: 1 }),
    guestEntry(EXTENDED, PEER_FRAME),
    unmap(EXTENDED, 1),
    guestEntry(EXTENDED, -1),
    map({ gfn: EXTENDED, mfn: PEER_FRAME, handle: 1 }),
    unmap(EXTENDED, 1),
    map({ gfn: EXTENDED, mfn: PEER_FRAME + 1, handle: 2, ref: 9 }),
  ),
  failing: exampleLog(
    map({ gfn: EXTENDED, mfn: PEER_FRAME, handle: 1 }),
    guestEntry(EXTENDED, PEER_FRAME),
    unmap(EXTENDED, 1),
    map({ gfn: EXTENDED, mfn: PEER_FRAME + 1, handle: 2, ref: 9 }),
  ),
  repaired: exampleLog(
    map({ gfn: EXTENDED, mfn: PEER_FRAME, handle: 1 }),
    guestEntry(EXTENDED, PEER_FRAME),
    unmap(EXTENDED, 1),
    guestEntry(EXTENDED, -1),
    map({ gfn: EXTENDED, mfn: PEER_FRAME + 1, handle: 2, ref: 9 }),
  ),
  watch(host) {
    const watch = new StaleWatch(host);
    return {
      straight: {
        passes: {
          guestEntry: always,
          grantMade: always,
          mapCall: always,
          unmapCall: always,
          decreaseCall: always,
          populateCall: always,
        },
        nextCall: (domain, pid) => !watch.waitsFor(domain, pid),
        mayMap: (domain, gfn) => !watch.has(domain, gfn),
        entryChanged: (domain, pfn, mfn) => watch.tableChanged(domain, pfn, mfn, 1),
        entryOutlives: (domain, pfn, handle, pid, event) => watch.outlived(domain, pfn, handle, pid, event),
        isIdle: (domain) => watch.isIdle(domain),
      },
      begin: (call) => watch.nextCall(call),
      after: (call) => {
        if (isUnmap(call)) watch.unmapped(call);
      },
      changes: {
        to: [FrameKind.own, FrameKind.grant, FrameKind.foreign, FrameKind.xen, FrameKind.mmio],
      },
      runs: { stretch: everywhere, may: ({ domain }) => watch.hasNone(domain) },
      change: (change) => watch.reused(change),
      guestP2m: (domain, pfn, mfn, count) => watch.tableChanged(domain, pfn, mfn, count),
      forgotten: (domain) => watch.forget(domain),
      end: () => watch.end(),
    };
  },
};
