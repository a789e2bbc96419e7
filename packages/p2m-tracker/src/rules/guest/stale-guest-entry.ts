import { Gntst } from "@xgt/hypercall-abi";
import { ALL_ONES } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import { GUEST_ENTRY_PAGES_MAX } from "../../limits.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind } from "../../state/frame-kind.ts";
import type { Change } from "../../state/machine.ts";
import { EXTENDED, exampleLog, guestEntry, map, PEER_FRAME, unmap } from "../kinds/example.ts";
import { hex, type Rule, type RuleHost } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { forEachRun } from "../watch/frame-runs.ts";
import { frameOf, isUnmap, unmapFieldsOf } from "../watch/grant-op-fields.ts";

/** An entry of the guest's table whose grant was unmapped, not cleared yet. */
interface Stale {
  readonly mfn: number;
  readonly handle: number;
  /** Exit of the unmap, and the thread that called it. */
  readonly event: number;
  readonly pid: number;
}

/** Threads of which nothing is stale and whose sets are kept all the same. */
const THREADS_KEPT = 64;

/** What is watched of one domain while its table is known; never more than the table has entries. */
class StaleEntries {
  readonly epoch: number;
  readonly byPfn = new Map<number, Stale>();
  readonly byThread = new Map<number, Set<number>>();
  /** Entries already reported: pfn -> event at which the guest made the entry. */
  readonly reported = new Map<number, number>();

  constructor(epoch: number) {
    this.epoch = epoch;
  }

  add(pfn: number, stale: Stale): void {
    this.drop(pfn);
    this.byPfn.set(pfn, stale);
    // Every CPU's idle task is thread 0: it cannot be told whose next call that would be.
    if (stale.pid <= 0) return;
    const pfns = this.byThread.get(stale.pid);
    if (pfns !== undefined) pfns.add(pfn);
    else this.byThread.set(stale.pid, new Set([pfn]));
  }

  drop(pfn: number): void {
    const stale = this.byPfn.get(pfn);
    if (stale === undefined) return;
    this.byPfn.delete(pfn);
    const pfns = this.byThread.get(stale.pid);
    pfns?.delete(pfn);
    // The sets of a few threads stay for what they leave next.
    if (pfns?.size === 0 && this.byThread.size > THREADS_KEPT) this.byThread.delete(stale.pid);
  }
}

class StaleWatch {
  private readonly host: RuleHost;
  private readonly domains = new Map<number, StaleEntries>();

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
      this.outlived(domain, pfn, call.in.u64(row, fields.handle), call.pid);
    }
  }

  /** A handle was unmapped just now at a gfn for which the guest's table has an entry. */
  outlived(domain: Domain, pfn: number, handle: number, pid: number): void {
    const mfn = domain.guestP2m.get(pfn);
    const entries = this.entriesOf(domain);
    if (mfn === undefined || entries.reported.get(pfn) === domain.guestP2m.madeAt(pfn)) return;
    entries.add(pfn, { mfn, handle, event: this.host.machine.event, pid });
  }

  /** Whether a thread has still to clear an entry. */
  waitsFor(domain: Domain, pid: number): boolean {
    return (this.domains.get(domain.domid)?.byThread.get(pid)?.size ?? 0) > 0;
  }

  hasNone(domain: Domain): boolean {
    return (this.domains.get(domain.domid)?.byPfn.size ?? 0) === 0;
  }

  /** Whether the entry for a gfn outlives its grant so far. */
  has(domain: Domain, gfn: number): boolean {
    return this.domains.get(domain.domid)?.byPfn.has(gfn) ?? false;
  }

  /** A thread goes on to its next hypercall: what it has not cleared by now it never will. */
  nextCall(call: Call): void {
    const pfns = this.domains.get(call.caller)?.byThread.get(call.pid);
    if (pfns === undefined || pfns.size === 0) return;
    // An empty batch can come from an interrupt between the unmap and the clearing (blkback's end of I/O).
    if (call.shape?.subOp.argument === "rows" && call.in.count === 0) return;
    const domain = this.host.machine.domains.get(call.caller);
    if (domain !== undefined) this.report(domain, [...pfns], "when its thread made the next hypercall");
  }

  reused(change: Change): void {
    if (this.domains.get(change.domain.domid)?.byPfn.has(change.gfn))
      this.report(change.domain, [change.gfn], "when the gfn was used again");
  }

  tableChanged(domain: Domain, pfn: number, mfn: number, count: number): void {
    const entries = this.domains.get(domain.domid);
    if (entries === undefined || entries.byPfn.size + entries.reported.size === 0) return;
    const pages = Math.min(count, GUEST_ENTRY_PAGES_MAX);
    for (let i = 0; i < pages; i++) {
      entries.drop(pfn + i);
      if (mfn >= ALL_ONES) entries.reported.delete(pfn + i);
    }
  }

  end(): void {
    for (const [domid, entries] of this.domains) {
      const domain = this.host.machine.domains.get(domid);
      if (domain !== undefined) this.report(domain, [...entries.byPfn.keys()], "at the end of the log");
    }
  }

  forget(domain: Domain): void {
    this.domains.delete(domain.domid);
  }

  private entriesOf(domain: Domain): StaleEntries {
    let entries = this.domains.get(domain.domid);
    if (entries === undefined || entries.epoch !== domain.guestP2m.epoch) {
      entries = new StaleEntries(domain.guestP2m.epoch);
      this.domains.set(domain.domid, entries);
    }
    return entries;
  }

  private report(domain: Domain, pfns: number[], when: string): void {
    const entries = this.entriesOf(domain);
    forEachRun(pfns, (first, count) => {
      const stale = entries.byPfn.get(first);
      if (stale === undefined) return;
      const several = count === 1 ? "" : `, the first of ${count} such entries,`;
      this.host.report(staleGuestEntry, {
        domain,
        gfn: first,
        count,
        message: `the guest's entry ${hex(first)} -> ${hex(stale.mfn)}${several} outlives its grant: handle ${stale.handle} was unmapped at event ${stale.event} and the entry still stood ${when}`,
        causeEvent: stale.event,
        // Where the log stops right after the unmap, the clearing may have been cut off.
        certain: this.host.machine.event > stale.event,
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
        entryOutlives: (domain, pfn, handle, pid) => watch.outlived(domain, pfn, handle, pid),
      },
      begin: (call) => watch.nextCall(call),
      after: (call) => {
        if (isUnmap(call)) watch.unmapped(call);
      },
      changes: {
        to: [FrameKind.own, FrameKind.grant, FrameKind.foreign, FrameKind.xen, FrameKind.mmio],
      },
      runs: { may: ({ domain }) => watch.hasNone(domain) },
      change: (change) => watch.reused(change),
      guestP2m: (domain, pfn, mfn, count) => watch.tableChanged(domain, pfn, mfn, count),
      forgotten: (domain) => watch.forget(domain),
      end: () => watch.end(),
    };
  },
};
