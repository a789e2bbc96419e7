import { join } from "node:path";
import { type Finding, type FindingsDocument, plainFinding } from "@xgt/findings";
import { type AuditReport, isSameBytes } from "@xgt/hypercall-abi";
import { auditRules } from "./audit-rules.ts";

type RuleId = (typeof auditRules)[number]["id"];
type Drift = AuditReport["drift"][number];

/** An audit as findings, for the forms that all commands share. */
export function auditDocument(report: AuditReport, troubles: readonly string[]): FindingsDocument {
  const findings = [
    ...report.drift.flatMap((drift) => driftFindings(report, drift)),
    ...mixedInterfaces(report),
    ...defaultVersion(report),
  ];
  const count = (severity: string) => findings.filter((finding) => finding.severity === severity).length;
  return {
    subject: report.root,
    tables: [],
    findings,
    undecided: [],
    summary: { error: count("error"), warning: count("warning"), info: count("info"), indeterminate: 0 },
    listings: [],
    remarks: [],
    troubles,
  };
}

function driftFindings(report: AuditReport, { change, asIn, meant }: Drift): Finding[] {
  const place = change.after ?? change.before;
  const location =
    place === undefined
      ? null
      : { path: join(report.root, place.file), place: place.line, unit: "line" as const };
  if (meant !== undefined)
    return [finding("A03", `no release has ${change.name}; ${meant} is one's`, location)];
  if (change.change !== "changed") return [];
  const isStruct = change.subject === "struct" || change.subject === "typedef";
  // Another name for the same bytes is another way to write the same interface, and so may other code of a macro be.
  if (isSameBytes(change) || change.subject === "macro") return [];
  const whose = asIn.length === 0 ? "no release's" : `that of Xen ${asIn.join(", ")}`;
  const what = isStruct
    ? `${change.name} has another layout than in Xen ${report.nearest}${sizes(change.size)}`
    : `${change.name} is ${change.value?.[1]}, in Xen ${report.nearest} ${change.value?.[0]}`;
  return [finding(isStruct ? "A01" : "A02", `${what}; it is ${whose}`, location)];
}

function sizes(size: readonly [number, number] | undefined): string {
  return size === undefined || size[0] === size[1] ? "" : ` (${size[1]} bytes, not ${size[0]})`;
}

function mixedInterfaces({ versions, acceptedBy, root }: AuditReport): Finding[] {
  const eachKnown = versions.every(({ releases }) => releases.length > 0);
  if (versions.length < 2 || !eachKnown || acceptedBy.length > 0) return [];
  const each = versions.map(({ constant, releases }) => `${constant} is of Xen ${releases.join(", ")}`);
  const message = `no release accepts all control interfaces of the copy: ${each.join("; ")}`;
  return [finding("A04", message, { path: root, place: null, unit: "line" })];
}

function defaultVersion({ byDefault, root }: AuditReport): Finding[] {
  if (byDefault === undefined) return [];
  const hex = (version: number) => `0x${version.toString(16).padStart(8, "0")}`;
  const { interfaceVersion, latest, hypercalls, structs } = byDefault;
  const effect = `${hypercalls.length} hypercalls have another number, ${structs.length} structs another layout`;
  const message = `by default files get the interface of version ${hex(interfaceVersion)}, not ${hex(latest)}: ${effect}`;
  return [finding("A05", message, { path: root, place: null, unit: "line" })];
}

function finding(id: RuleId, message: string, location: Finding["location"]): Finding {
  const rule = auditRules.find((candidate) => candidate.id === id) as (typeof auditRules)[number];
  return plainFinding(rule, message, { fix: rule.fix, location });
}
