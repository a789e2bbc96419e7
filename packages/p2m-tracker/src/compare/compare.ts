import type { Finding, Severity } from "@xgt/findings";
import type { Behaviour } from "./behaviour.ts";

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

/** Findings of one cause in the two runs. */
export interface ComparedCause {
  readonly cause: Cause;
  readonly base: number;
  readonly patched: number;
  /** The first finding of the patched run; of the base where the patched run has none. */
  readonly first: Finding;
}

/** Something that a run did so often, or reached at most. */
export interface BehaviourChange {
  readonly domid: number;
  /** "calls", "short counts", "peak holes", ... */
  readonly what: string;
  /** Sub-op; empty: the domain as a whole. */
  readonly operation: string;
  readonly base: number;
  readonly patched: number;
}

/** One of the two runs, as compared. */
export interface ComparedRun {
  readonly causes: CauseTable;
  readonly behaviour: readonly Behaviour[];
}

export interface Comparison {
  readonly added: readonly ComparedCause[];
  readonly fixed: readonly ComparedCause[];
  readonly unchanged: readonly ComparedCause[];
  readonly behaviour: readonly BehaviourChange[];
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

/** What a patch changed: findings by cause, and behaviour that is no finding. */
export function compareRuns(base: ComparedRun, patched: ComparedRun): Comparison {
  const added: ComparedCause[] = [];
  const fixed: ComparedCause[] = [];
  const unchanged: ComparedCause[] = [];
  for (const [key, cause, first, count] of patched.causes) {
    const before = base.causes.countOf(key);
    (before === 0 ? added : unchanged).push({ cause, base: before, patched: count, first });
  }
  for (const [key, cause, first, count] of base.causes) {
    if (patched.causes.countOf(key) === 0) fixed.push({ cause, base: count, patched: 0, first });
  }
  return { added, fixed, unchanged, behaviour: behaviourChanges(base.behaviour, patched.behaviour) };
}

/** A task's name without what tells instances of it apart: "kworker", "#.xvda-#". */
export function taskKind(comm: string): string {
  return comm.replace(/^(kworker|ksoftirqd|swapper|migration|rcu[a-z_]*)\/.*$/, "$1").replace(/[0-9]+/g, "#");
}

function keyOf(cause: Cause): string {
  const { rule, severity, domid, operation, causedBy, comm, frame } = cause;
  return JSON.stringify([rule, severity, domid, operation, causedBy, comm, frame]);
}

function behaviourChanges(base: readonly Behaviour[], patched: readonly Behaviour[]): BehaviourChange[] {
  const domids = [...new Set([...base, ...patched].map(({ domid }) => domid))].sort((a, b) => a - b);
  return domids.flatMap((domid) => {
    const before = base.find((entry) => entry.domid === domid)?.figures ?? new Map<string, number>();
    const after = patched.find((entry) => entry.domid === domid)?.figures ?? new Map<string, number>();
    const keys = [...new Set([...before.keys(), ...after.keys()])].sort();
    return keys.flatMap((key) => {
      const [what, operation] = key.split("/");
      const change = { domid, what, operation, base: before.get(key) ?? 0, patched: after.get(key) ?? 0 };
      return change.base === change.patched ? [] : [change];
    });
  });
}
