import type { Finding, FindingSummary, Location, Undecided, Unmodelled } from "../finding.ts";
import { frameText } from "../frame-text.ts";
import { changeTexts } from "./change-text.ts";
import type { JsonValue } from "./json-text.ts";
import type { EventLine, FindingsDocument } from "./sink.ts";

/** A finding as version 1 of the JSON output has it: every member present, null where it does not apply. */
export function findingJson(finding: Finding): { readonly [name: string]: JsonValue } {
  return {
    rule: finding.rule,
    name: finding.name,
    severity: finding.severity,
    domid: finding.domid,
    event: finding.event,
    time_s: finding.time,
    gfn: frame(finding.gfn),
    count: finding.count,
    bus_mfn: frame(finding.busMfn),
    expected_mfn: frame(finding.expectedMfn),
    cause_event: finding.causeEvent,
    also: finding.also,
    message: finding.message,
    certain: finding.certain,
    location: locationJson(finding.location),
    occurrences: finding.occurrences,
    last_event: finding.lastEvent,
    uncertain_because: finding.uncertainBecause,
  };
}

/** An undecided rule as the machine formats have it. */
export function undecidedJson(undecided: Undecided): { readonly [name: string]: JsonValue } {
  return { rule: undecided.rule, why: undecided.why };
}

/** Calls that were not followed as the machine formats have them. */
export function unmodelledJson({ hypercall, cmd, calls }: Unmodelled): {
  readonly [name: string]: JsonValue;
} {
  return { hypercall, cmd, calls };
}

/** What a document counts: findings, rules that were not decided, calls that were not followed. */
export interface DocumentCounts extends FindingSummary {
  /** Rules, each once. */
  readonly undecided: number;
  /** Undefined: the command follows no calls. */
  readonly unmodelled: number | undefined;
}

/** Counts a document. */
export function countsOf({ summary, undecided, unmodelled }: FindingsDocument): DocumentCounts {
  return {
    ...summary,
    undecided: new Set(undecided.map(({ rule }) => rule)).size,
    unmodelled: unmodelled?.reduce((sum, { calls }) => sum + calls, 0),
  };
}

/** The counts as the machine formats have them. */
export function summaryJson(counts: DocumentCounts): { readonly [name: string]: JsonValue } {
  const { error, warning, info, indeterminate, undecided, unmodelled } = counts;
  const common = { error, warning, info, indeterminate, undecided };
  return unmodelled === undefined ? common : { ...common, unmodelled };
}

/** An event as the machine formats have it; a time that is not recorded is null. */
export function eventJson(line: EventLine): { readonly [name: string]: JsonValue } {
  return {
    event: line.event,
    time_s: Number.isNaN(line.time) ? null : line.time,
    task: line.task,
    text: line.text,
    changes: changeTexts(line),
    location: locationJson(line.location),
    findings: line.findings.map(({ rule }) => rule),
  };
}

function locationJson(location: Location | null): JsonValue {
  return location === null ? null : { path: location.path, [location.unit]: location.place };
}

function frame(value: number | null): string | null {
  return value === null ? null : frameText(value);
}
