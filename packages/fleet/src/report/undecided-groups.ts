import type { FleetAnswer } from "../merge/fleet-answer.ts";

/** Rules that as many runs could not decide. */
interface UndecidedGroup {
  readonly runs: number;
  /** Their ids, in order. */
  readonly rules: readonly string[];
}

/** Rules that could not be decided, together where as many runs could not: those of the most runs first. */
export function undecidedGroups({ undecided }: Pick<FleetAnswer, "undecided">): UndecidedGroup[] {
  const byRuns = new Map<number, string[]>();
  for (const [rule, runs] of undecided) byRuns.set(runs, [...(byRuns.get(runs) ?? []), rule]);
  return [...byRuns].sort(([a], [b]) => b - a).map(([runs, rules]) => ({ runs, rules }));
}
