import { type FindingSummary, severities, severityRank } from "@xgt/findings";
import type { FailOn } from "./report-options.ts";

/** Whether a run has findings of the severity from which on it fails, or of a worse one. */
export function summaryFails(summary: FindingSummary, failOn: FailOn): boolean {
  if (failOn === "never") return false;
  return severities.some(
    (severity) => severityRank(severity) <= severityRank(failOn) && summary[severity] > 0,
  );
}
