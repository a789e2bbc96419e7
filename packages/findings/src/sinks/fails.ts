import type { Finding } from "../finding.ts";
import { severityRank } from "../severity.ts";
import type { Reporter } from "./sink.ts";

/** Whether a finding fails the run that has it. */
export function fails({ severity }: Pick<Finding, "severity">, { failOn }: Reporter): boolean {
  return failOn !== "never" && severityRank(severity) <= severityRank(failOn);
}
