import { ALL_ONES } from "@xgt/hypercall-log";
import { GUEST_ENTRIES_MAX, GUEST_ENTRIES_OUTSIDE_MAX, GUEST_ENTRY_PAGES_MAX } from "../limits.ts";
import type { KernelMemory } from "../memory/kernel-memory.ts";
import * as slots from "../memory/kernel-slots.ts";
import type { FrameLeaves } from "./frame-leaves.ts";
import { NumberTable } from "./number-table.ts";

/**
 * The guest's own table of exceptions to identity (Linux: phys_to_mach, arch/arm/xen/p2m.c@6.1): pfn -> mfn.
 * A pfn without an entry is taken by the guest for its own frame. Entries stand in the leaves of their frames; those made
 * while a frame had no leaf stand in tables beside.
 */
export class GuestP2m {
  private readonly leaves: FrameLeaves;
  private readonly mfns = new NumberTable();
  private readonly made = new NumberTable();
  /** Entries of the leaves that were made until this event are forgotten. */
  private forgottenUntil = 0;
  private latest = 0;
  private count = 0;
  /** Events seen; 0: this log says nothing of the guest's belief. */
  events = 0;
  /** Rises when the table becomes unknown: what was concluded from it before no longer holds. */
  epoch = 0;

  constructor(leaves: FrameLeaves) {
    this.leaves = leaves;
  }

  /** Frame that the guest believes behind a pfn, undefined: identity. */
  get(pfn: number): number | undefined {
    const entry = this.leaves.find(pfn);
    if (this.isAt(entry)) return this.leaves.guestMfns.get(entry);
    const mfn = this.mfns.get(pfn, -1);
    return mfn < 0 ? undefined : mfn;
  }

  /** Event at which the guest made its entry for a pfn. */
  madeAt(pfn: number): number | undefined {
    const entry = this.leaves.find(pfn);
    if (this.isAt(entry)) return this.leaves.guestEvents.get(entry);
    const event = this.made.get(pfn, -1);
    return event < 0 ? undefined : event;
  }

  /** Entries. */
  get size(): number {
    return this.count;
  }

  /** Entries that do not stand in leaves. */
  get outside(): number {
    return this.mfns.size;
  }

  /** Whether the table has an entry in a leaf; entry -1: there is no leaf. */
  isAt(entry: number): boolean {
    return entry >= 0 && this.leaves.guestEvents.get(entry) > this.forgottenUntil;
  }

  set(pfn: number, mfn: number, count: number, event: number): void {
    this.events++;
    const pages = Math.min(count, GUEST_ENTRY_PAGES_MAX);
    for (let i = 0; i < pages; i++) {
      if (mfn >= ALL_ONES) this.erase(pfn + i);
      else this.enter(pfn + i, mfn + i, event);
    }
  }

  /** Makes the entry of a frame that has an entry of its own in a leaf, and none outside; as part of `set`. */
  enterAt(entry: number, mfn: number, event: number): void {
    if (!this.isAt(entry)) {
      if (this.count >= GUEST_ENTRIES_MAX) return;
      this.count++;
    }
    this.leaves.guestMfns.set(entry, mfn);
    this.leaves.guestEvents.set(entry, event);
    this.latest = event;
  }

  /** Erases the entry of a frame that has a leaf, if there is one in it; as part of `set`. */
  eraseAt(entry: number): void {
    if (!this.isAt(entry)) return;
    this.leaves.guestEvents.set(entry, 0);
    this.count--;
  }

  /** Records were lost: the table is no longer known. */
  forget(): void {
    this.mfns.clear();
    this.made.clear();
    this.forgottenUntil = this.latest;
    this.count = 0;
    this.epoch++;
  }

  /** Tells the module of the table; its entries lie in the leaves. */
  lend({ integers, numbers }: KernelMemory): void {
    integers[2 * slots.GUEST_COUNT] = this.count;
    integers[2 * slots.GUEST_SEEN] = this.events === 0 ? 0 : 1;
    integers[2 * slots.GUEST_OUTSIDE] = this.outside;
    numbers[slots.FORGOTTEN_UNTIL] = this.forgottenUntil;
    numbers[slots.GUEST_LATEST] = this.latest;
  }

  /** The module has taken `events` entries of the guest's table. */
  takeBack({ integers, numbers }: KernelMemory, events: number): void {
    this.events += events;
    this.count = integers[2 * slots.GUEST_COUNT];
    this.latest = numbers[slots.GUEST_LATEST];
  }

  private enter(pfn: number, mfn: number, event: number): void {
    const isOutside = this.mfns.has(pfn);
    const entry = isOutside || this.leaves.find(pfn) < 0 ? -1 : this.leaves.own(pfn);
    if (entry >= 0) {
      this.enterAt(entry, mfn, event);
      return;
    }
    if (!isOutside) {
      if (this.count >= GUEST_ENTRIES_MAX || this.outside >= GUEST_ENTRIES_OUTSIDE_MAX) return;
      this.count++;
    }
    this.mfns.set(pfn, mfn);
    this.made.set(pfn, event);
    this.latest = event;
  }

  private erase(pfn: number): void {
    this.eraseAt(this.leaves.find(pfn));
    if (!this.mfns.delete(pfn)) return;
    this.made.delete(pfn);
    this.count--;
  }
}
