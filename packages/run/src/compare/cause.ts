import type { Finding, Severity } from "@xgt/findings";

/**
 * What makes two findings of two runs the same one: never an address, a time or a number of frames, which differ
 * between two runs of the same guest.
 */
export interface Cause {
  readonly rule: string;
  readonly name: string;
  readonly severity: Severity;
  readonly domid: number | null;
  /** Call, "DMA" or the like at which it became true; empty: none (the end of the log). */
  readonly operation: string;
  /** The earlier call that led to it; empty: none named. */
  readonly causedBy: string;
  /** Task that did it, instance numbers as `#`; empty: not recorded. */
  readonly comm: string;
  /** Kind of frame: where the gfn lies and what was used instead of what; empty: no frame. */
  readonly frame: string;
}

/** Findings of one run by cause, in the order in which each cause came up first. */
export class CauseTable {
  private readonly entries = new Map<string, { cause: Cause; first: Finding; count: number }>();

  add(cause: Cause, finding: Finding): void {
    const key = keyOf(cause);
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

/** A task's name without what tells instances of it apart: "kworker", "#.xvda-#". */
export function taskKind(comm: string): string {
  return comm.replace(/^(kworker|ksoftirqd|swapper|migration|rcu[a-z_]*)\/.*$/, "$1").replace(/[0-9]+/g, "#");
}

function keyOf(cause: Cause): string {
  const { rule, severity, domid, operation, causedBy, comm, frame } = cause;
  return JSON.stringify([rule, severity, domid, operation, causedBy, comm, frame]);
}
