import { type Cause, causeKey, type Finding } from "@xgt/findings";

/** Findings of one run by cause, in the order in which each cause came up first. */
export class CauseTable {
  private readonly entries = new Map<string, { cause: Cause; first: Finding; count: number }>();

  add(cause: Cause, finding: Finding): void {
    const key = causeKey(cause);
    const entry = this.entries.get(key);
    if (entry === undefined) this.entries.set(key, { cause, first: finding, count: 1 });
    else entry.count++;
  }

  *[Symbol.iterator](): Generator<readonly [string, Cause, Finding, number]> {
    for (const [key, { cause, first, count }] of this.entries) yield [key, cause, first, count];
  }

  countOf(key: string): number {
    return this.entries.get(key)?.count ?? 0;
  }
}
