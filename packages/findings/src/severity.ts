/** How bad a finding is; `error`: memory is wrong or lost, `warning`: it will be under a normal next step. */
export type Severity = "error" | "warning" | "info";

/** From the worst to the mildest. */
export const severities: readonly Severity[] = ["error", "warning", "info"];

/** 0 for error, 1 for warning, 2 for info: smaller is worse. */
export function severityRank(severity: Severity): number {
  return severities.indexOf(severity);
}
