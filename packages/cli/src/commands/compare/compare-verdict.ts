import { type ComparedCause, type ComparedSides, nothingChecked, type ReplayedSide } from "@xgt/run";
import { ExitStatus } from "../../terminal/exit-status.ts";

/** Causes by severity. */
export function severityCounts(
  causes: readonly ComparedCause[],
): Record<"error" | "warning" | "info", number> {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { cause } of causes) counts[cause.severity]++;
  return counts;
}

/** 1 for errors that only the patched run has; 2 where a log could not be read as a whole, or holds nothing to check. */
export function compareStatus({ base, patched, comparison }: ComparedSides): number {
  if (isUnread(base) || isUnread(patched)) return ExitStatus.trouble;
  return severityCounts(comparison.added).error > 0 ? ExitStatus.findings : ExitStatus.clean;
}

function isUnread({ run }: ReplayedSide): boolean {
  const unreadable = run.inputs.some(({ log }) => log.stats.truncated || log.stats.problemCount > 0);
  return run.unopened.length > 0 || unreadable || nothingChecked(run) !== null;
}
