import { counted, type Finding, type FindingsDocument, type Note, plainFinding } from "@xgt/findings";
import type { FleetAnswer, FleetCause } from "../merge/fleet-answer.ts";
import { beforeText, commonText } from "./cause-text.ts";
import { pageLink } from "./page-link.ts";

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

function findingOf(one: FleetCause): Finding {
  const { cause, runs, findings, isSteady, common, example } = one;
  const { rule, name, severity, domid } = cause;
  const all = commonText(common);
  const hit = `in ${counted(runs, "run")}${beforeText(one)}${all === "" ? "" : `, ${all}`}, ${isSteady ? "steady" : "flaky"}`;
  const message = `${hit}, first in ${example.run}: ${example.message}`;
  const page = pageLink(example.page);
  const { fix, first: location } = example;
  return plainFinding({ id: rule, name, severity }, message, {
    domid,
    fix,
    location,
    occurrences: findings,
    lastLocation: null,
    notes: page === null ? [] : [pageNote(example.run, page)],
    cause,
  });
}

/** The page of a run, as a place that explains a finding. */
function pageNote(run: string, path: string): Note {
  return { message: `the page of ${run}`, event: null, location: { path, place: null, unit: "line" } };
}
