import type { GrantEntry } from "@xgt/hypercall-log";
import { GRANT_ENTRIES_MAX } from "../limits.ts";

/** The grant entries that a domain has written for its peers, as far as the log or its header shows them. */
export class GrantEntries {
  private readonly byRef = new Map<number, GrantEntry>();
  private complete: boolean;

  /** @param entries Entries when the log begins; undefined: not known. */
  constructor(entries: readonly GrantEntry[] | undefined) {
    for (const entry of entries ?? []) this.byRef.set(entry.ref, entry);
    this.complete = entries !== undefined;
  }

  /** The entry of a ref; undefined: none was seen, which means that there is none where `allSeen`. */
  get(ref: number): GrantEntry | undefined {
    return this.byRef.get(ref);
  }

  /** Entries seen that are not ended. */
  get size(): number {
    return this.byRef.size;
  }

  /** Whether every entry was seen, so that a ref without one is not live. */
  get allSeen(): boolean {
    return this.complete;
  }

  /** All entries seen, in the order they were written. */
  entries(): IterableIterator<GrantEntry> {
    return this.byRef.values();
  }

  /** The domain wrote an entry. Beyond GRANT_ENTRIES_MAX further refs are not followed. */
  remember(entry: GrantEntry): void {
    if (this.byRef.size < GRANT_ENTRIES_MAX || this.byRef.has(entry.ref)) this.byRef.set(entry.ref, entry);
    else this.complete = false;
  }

  /** The domain ended an entry. */
  end(ref: number): void {
    this.byRef.delete(ref);
  }

  /** Two refs change places. */
  swap(a: number, b: number): void {
    const first = this.byRef.get(a);
    const second = this.byRef.get(b);
    this.put(a, second);
    this.put(b, first);
  }

  /** Every entry from `first` on is gone. */
  clearFrom(first: number): void {
    for (const ref of [...this.byRef.keys()]) if (ref >= first) this.byRef.delete(ref);
  }

  /** Records were lost: entries may have been written and ended unseen. */
  forget(): void {
    this.complete = false;
  }

  private put(ref: number, entry: GrantEntry | undefined): void {
    if (entry === undefined) this.byRef.delete(ref);
    else this.byRef.set(ref, { ...entry, ref });
  }
}
