import { type Cause, type Severity, severities } from "@xgt/findings";
import { FleetError } from "../fleet-error.ts";
import {
  countOf,
  groupOf,
  isObject,
  type JsonObject,
  listOf,
  objectOf,
  optionalText,
  textOf,
} from "../manifest/json-members.ts";
import { linesOf } from "../manifest/lines.ts";
import type { CauseCount, CausePlace, RunSummary, SubOpCounts } from "./run-summary.ts";

/** The version of a line's form. */
const VERSION = 1;

/** A summary as one line of JSON, with its line break. The same summary is the same bytes. */
export function summaryLine(summary: RunSummary): string {
  const {
    id,
    input,
    group,
    page,
    failure,
    troubles,
    operations,
    behaviour = [],
    causes,
    causesLeftOut,
    undecided,
  } = summary;
  const line = {
    xgt_run: VERSION,
    id,
    ...(input !== undefined && { input }),
    ...(Object.keys(group).length > 0 && { group }),
    ...(page !== undefined && { page }),
    ...(failure !== undefined && { failure }),
    ...(troubles.length > 0 && { troubles }),
    operations,
    ...(behaviour.length > 0 && { behaviour: behaviour.map(subOpJson) }),
    causes: causes.map(causeJson),
    ...(causesLeftOut > 0 && { causes_left_out: causesLeftOut }),
    undecided,
  };
  return `${JSON.stringify(line)}\n`;
}

function subOpJson({ operation, calls, shortCounts, refusedCalls, refusedOps }: SubOpCounts): object {
  return {
    operation,
    calls,
    ...(shortCounts > 0 && { short_counts: shortCounts }),
    ...(refusedCalls > 0 && { refused_calls: refusedCalls }),
    ...(refusedOps > 0 && { refused_ops: refusedOps }),
  };
}

function causeJson({ cause, findings, message, fix, first, last = null }: CauseCount): object {
  const { rule, name, severity, domid, operation, causedBy, comm, frame } = cause;
  const same = { rule, name, severity, domid, operation, caused_by: causedBy, comm, frame };
  const lastPlace = last === null ? {} : { last: placeJson(last) };
  return { ...same, findings, message, fix, first: first === null ? null : placeJson(first), ...lastPlace };
}

function placeJson({ path, unit, place }: CausePlace): object {
  return { path, [unit]: place };
}

/**
 * Reads a file of summaries. A last line that was being written when its writer ended is left out: that run has no
 * summary yet. Throws FleetError.
 */
export async function* readSummaries(
  pieces: AsyncIterable<Uint8Array | string>,
  path: string,
): AsyncGenerator<RunSummary> {
  for await (const { text, number, isLast } of linesOf(pieces, path)) {
    if (isLast) return;
    if (text.trim() !== "") yield readSummary(text, `${path}:${number}`);
  }
}

/** The summary of one line. `where`: the line's place, for errors. Throws FleetError. */
export function readSummary(line: string, where: string): RunSummary {
  const object = objectOf(line, `${where}: this is no summary of a run`);
  if (object.xgt_run !== VERSION) {
    throw new FleetError(`${where}: this is no summary of a run: it needs "xgt_run":${VERSION}`);
  }
  return {
    id: textOf(object, "id", where),
    input: optionalText(object, "input", where),
    group: groupOf(object, where),
    page: optionalText(object, "page", where),
    failure: optionalText(object, "failure", where),
    troubles: textsOf(object, "troubles", where),
    operations: countOf(object, "operations", where),
    behaviour: listOf(object, "behaviour", where).map((entry, at) =>
      subOpOf(entry, `${where}: behaviour[${at}]`),
    ),
    causes: listOf(object, "causes", where).map((entry, at) => causeOf(entry, `${where}: causes[${at}]`)),
    causesLeftOut: countOf(object, "causes_left_out", where),
    undecided: textsOf(object, "undecided", where),
  };
}

function causeOf(entry: unknown, where: string): CauseCount {
  if (!isObject(entry)) throw new FleetError(`${where} is no object`);
  const severity = severities.find((one) => one === entry.severity);
  if (severity === undefined) throw new FleetError(`${where}: severity is one of ${severities.join(", ")}`);
  return {
    cause: commonOf(entry, severity, where),
    findings: countOf(entry, "findings", where),
    message: textOf(entry, "message", where),
    fix: optionalText(entry, "fix", where) ?? null,
    first: placeOf(entry, "first", where),
    last: placeOf(entry, "last", where),
  };
}

function subOpOf(entry: unknown, where: string): SubOpCounts {
  if (!isObject(entry)) throw new FleetError(`${where} is no object`);
  return {
    operation: textOf(entry, "operation", where),
    calls: countOf(entry, "calls", where),
    shortCounts: countOf(entry, "short_counts", where),
    refusedCalls: countOf(entry, "refused_calls", where),
    refusedOps: countOf(entry, "refused_ops", where),
  };
}

function commonOf(entry: JsonObject, severity: Severity, where: string): Cause {
  return {
    rule: textOf(entry, "rule", where),
    name: textOf(entry, "name", where),
    severity,
    domid: entry.domid === null || entry.domid === undefined ? null : countOf(entry, "domid", where),
    operation: optionalText(entry, "operation", where) ?? "",
    causedBy: optionalText(entry, "caused_by", where) ?? "",
    comm: optionalText(entry, "comm", where) ?? "",
    frame: optionalText(entry, "frame", where) ?? "",
  };
}

function placeOf(entry: JsonObject, name: "first" | "last", where: string): CausePlace | null {
  const value = entry[name];
  if (value === null || value === undefined) return null;
  if (!isObject(value)) throw new FleetError(`${where}: ${name} is an object or null`);
  const unit = value.byte === undefined ? "line" : "byte";
  const place = value[unit] === null || value[unit] === undefined ? null : countOf(value, unit, where);
  return { path: textOf(value, "path", where), place, unit };
}

function textsOf(object: JsonObject, name: string, where: string): string[] {
  return listOf(object, name, where).map((text) => {
    if (typeof text === "string") return text;
    throw new FleetError(`${where}: ${name} is a list of texts`);
  });
}
