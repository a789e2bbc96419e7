import { MARKED_FRAMES_MAX } from "../../limits.ts";
import type { Domain } from "../../state/domain.ts";
import type { Change } from "../../state/machine.ts";

/**
 * Frames that a rule waits for a use of, each with the event that marked it. A mark holds until the gfn changes: the
 * p2m's own event of the latest change tells, so marks cost nothing where gfns change. Beyond MARKED_FRAMES_MAX the
 * oldest are dropped.
 */
export class FrameMarks {
  private readonly byDomain = new Map<number, Map<number, number>>();
  private marked = 0;

  /** Marks kept, of changed gfns too; 0: no look-up can find one. */
  get size(): number {
    return this.marked;
  }

  mark(domain: Domain, gfn: number, event: number): void {
    let marks = this.byDomain.get(domain.domid);
    if (marks === undefined) {
      marks = new Map();
      this.byDomain.set(domain.domid, marks);
    }
    // Deleted first, so that the order of the map is the order of marking.
    if (marks.delete(gfn)) this.marked--;
    marks.set(gfn, event);
    if (++this.marked <= MARKED_FRAMES_MAX) return;
    for (const oldest of marks.keys()) {
      marks.delete(oldest);
      this.marked--;
      return;
    }
  }

  /** Event of the gfn's mark; 0: not marked, or changed since. */
  at(domain: Domain, gfn: number): number {
    if (this.marked === 0) return 0;
    const event = this.byDomain.get(domain.domid)?.get(gfn);
    if (event === undefined) return 0;
    return domain.p2m.eventAt(gfn) > event ? 0 : event;
  }

  /** Event of the mark that the gfn had until this change; 0: none. */
  until(change: Change): number {
    if (this.marked === 0) return 0;
    const event = this.byDomain.get(change.domain.domid)?.get(change.gfn);
    return event === undefined || change.oldEvent > event ? 0 : event;
  }

  unmark(domain: Domain, gfn: number): void {
    if (this.byDomain.get(domain.domid)?.delete(gfn)) this.marked--;
  }

  /** Nothing is known of the domain any more. */
  forget(domain: Domain): void {
    this.marked -= this.byDomain.get(domain.domid)?.size ?? 0;
    this.byDomain.delete(domain.domid);
  }

  /** Calls `visit` with each gfn of a domain that is still marked. */
  forEach(domain: Domain, visit: (gfn: number, event: number) => void): void {
    for (const gfn of this.byDomain.get(domain.domid)?.keys() ?? []) {
      const event = this.at(domain, gfn);
      if (event > 0) visit(gfn, event);
    }
  }
}
