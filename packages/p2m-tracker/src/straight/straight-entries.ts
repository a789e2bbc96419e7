import { ALL_ONES, type EventBatch, FRAMES_END, GuestEntryView } from "@xgt/hypercall-log";
import type { Domain } from "../state/domain.ts";
import { FrameKind, NOT_KNOWN } from "../state/frame-kind.ts";
import { GrantChanges } from "./grant-changes.ts";
import type { StraightCounts } from "./straight-counts.ts";
import type { Passing } from "./straight-guards.ts";
import type { StraightHost } from "./straight-host.ts";

/**
 * Entries of one page of the guest's own table. Where calls are outstanding of which the recorder shows not all ops, they
 * stand for the ops: an entry that is made for a map, one that is erased for an unmap (see replay/guest-evidence.ts).
 */
export class StraightEntries {
  private readonly host: StraightHost;
  private readonly counts: StraightCounts;
  private readonly changes: GrantChanges;
  private readonly view = new GuestEntryView();

  constructor(host: StraightHost, counts: StraightCounts) {
    this.host = host;
    this.counts = counts;
    this.changes = new GrantChanges(host);
  }

  take(batch: EventBatch, row: number, domain: Domain, passing: Passing): boolean {
    if (domain.guestP2m.outside > 0 || !passing.kinds.guestEntry) return false;
    const { view } = this;
    view.load(batch, row);
    const { pfn, mfn } = view;
    if (pfn >= FRAMES_END || view.count !== 1) return false;
    const entry = domain.frames.find(pfn);
    const done =
      mfn >= ALL_ONES
        ? this.erased(domain, passing, pfn, entry)
        : this.made(domain, passing, pfn, entry, mfn);
    if (!done) return false;
    const { entryChanged } = this.host.guards;
    for (let i = 0; i < entryChanged.length; i++) entryChanged[i].entryChanged?.(domain, pfn, mfn);
    domain.guestP2m.events++;
    this.counts.entries++;
    return true;
  }

  private erased(domain: Domain, passing: Passing, pfn: number, entry: number): boolean {
    if (entry < 0) return false;
    const { frames, guestP2m } = domain;
    const { machine } = this.host;
    const kind = frames.kinds[entry] === 0 ? domain.p2m.defaultOf(pfn) : frames.kinds[entry];
    if (kind === FrameKind.grant) {
      // A grant of a known handle is left to the other path, which releases the handle too.
      if (
        domain.unseenUnmaps === 0 ||
        frames.aux[entry] !== NOT_KNOWN ||
        !this.changes.mayGo(domain, passing, pfn)
      )
        return false;
      domain.takeUnseenUnmap();
      machine.event++;
      this.changes.go(domain, entry);
    } else if (kind === FrameKind.unknown && domain.unseenUnmaps > 0) return false;
    else machine.event++;
    guestP2m.eraseAt(entry);
    return true;
  }

  private made(domain: Domain, passing: Passing, pfn: number, found: number, mfn: number): boolean {
    const { frames, guestP2m } = domain;
    const { machine } = this.host;
    let entry = found;
    if (entry >= 0 && frames.kinds[entry] === FrameKind.grant) {
      machine.event++;
      if (frames.mfns.get(entry) === NOT_KNOWN) machine.learnGrantMfn(domain, pfn, mfn);
    } else if (domain.unseenMaps > 0) {
      if (machine.leaves.left < 1 || !this.changes.mayCome(domain, passing, pfn, entry, mfn)) return false;
      domain.takeUnseenMap();
      machine.event++;
      entry = domain.p2m.touch(pfn);
      this.changes.come(domain, passing, pfn, entry, mfn, NOT_KNOWN, 0);
    } else {
      if (entry < 0 || machine.leaves.left < 1) return false;
      machine.event++;
      entry = domain.p2m.touch(pfn);
    }
    guestP2m.enterAt(entry, mfn, machine.event);
    return true;
  }
}
