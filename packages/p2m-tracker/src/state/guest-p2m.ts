import { ALL_ONES } from "@xgt/hypercall-log";
import { GUEST_ENTRIES_MAX, GUEST_ENTRY_PAGES_MAX } from "../limits.ts";

/**
 * The guest's own table of exceptions to identity (Linux: phys_to_mach, arch/arm/xen/p2m.c@6.1): pfn -> mfn.
 * A pfn without an entry is taken by the guest for its own frame.
 */
export class GuestP2m {
  private readonly mfns = new Map<number, number>();
  private readonly made = new Map<number, number>();
  /** Events seen; 0: this log says nothing of the guest's belief. */
  events = 0;
  /** Rises when the table becomes unknown: what was concluded from it before no longer holds. */
  epoch = 0;

  /** Frame that the guest believes behind a pfn, undefined: identity. */
  get(pfn: number): number | undefined {
    return this.mfns.get(pfn);
  }

  /** Event at which the guest made its entry for a pfn. */
  madeAt(pfn: number): number | undefined {
    return this.made.get(pfn);
  }

  get size(): number {
    return this.mfns.size;
  }

  set(pfn: number, mfn: number, count: number, event: number): void {
    this.events++;
    const pages = Math.min(count, GUEST_ENTRY_PAGES_MAX);
    for (let i = 0; i < pages; i++) {
      if (mfn >= ALL_ONES) {
        this.mfns.delete(pfn + i);
        this.made.delete(pfn + i);
      } else if (this.mfns.size < GUEST_ENTRIES_MAX || this.mfns.has(pfn + i)) {
        this.mfns.set(pfn + i, mfn + i);
        this.made.set(pfn + i, event);
      }
    }
  }

  /** Calls `visit` with every entry. */
  forEach(visit: (pfn: number, mfn: number) => void): void {
    for (const [pfn, mfn] of this.mfns) visit(pfn, mfn);
  }

  /** Records were lost: the table is no longer known. */
  forget(): void {
    this.mfns.clear();
    this.made.clear();
    this.epoch++;
  }
}
