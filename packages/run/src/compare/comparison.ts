import type { Cause, Finding } from "@xgt/findings";
import type { Behaviour } from "./behaviour.ts";
import type { CauseTable } from "./cause-table.ts";

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

/** What a patch changed: findings by cause, and behaviour that is no finding. */
export function compareSides(base: ComparedRun, patched: ComparedRun): Comparison {
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
