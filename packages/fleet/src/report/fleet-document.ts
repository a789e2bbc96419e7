import { counted, type Finding, type FindingsDocument, plainFinding } from "@xgt/findings";
import type { FleetAnswer, FleetCause } from "../merge/fleet-answer.ts";

/** The answer of a fleet as findings, one for each cause, for the forms that services read. */
export function fleetDocument(answer: FleetAnswer, name: string): FindingsDocument {
  const findings = answer.causes.map(findingOf);
  const count = (severity: string) => findings.filter((finding) => finding.severity === severity).length;
  return {
    subject: name === "" ? "fleet" : name,
    tables: [],
    findings,
    undecided: [],
    summary: { error: count("error"), warning: count("warning"), info: count("info"), indeterminate: 0 },
    listings: [],
    remarks: [],
    troubles: answer.failures.map(({ run, reason }) => `${run}: ${reason}`),
  };
}

function findingOf({ cause, runs, findings, example }: FleetCause): Finding {
  const { rule, name, severity, domid } = cause;
  const message = `in ${counted(runs, "run")}, first in ${example.run}: ${example.message}`;
  const { fix, first: location } = example;
  return plainFinding({ id: rule, name, severity }, message, {
    domid,
    fix,
    location,
    occurrences: findings,
    lastLocation: null,
    cause,
  });
}
