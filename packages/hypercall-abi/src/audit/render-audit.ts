import { describeChange, number } from "../diff/describe-change.ts";
import { type ReportSection, reportMarkdown, reportText } from "../diff/report-sections.ts";
import type { AuditDrift, AuditReport } from "./audit-report.ts";
import { isSameBytes } from "./same-bytes.ts";

/** Releases listed with their distances. */
const rankedShown = 4;

/** An audit for people or programs. Ends with a newline. */
export function renderAudit(report: AuditReport, format: "text" | "json" | "markdown"): string {
  if (format === "json") return `${JSON.stringify(report, null, 1)}\n`;
  const told = report.nearest === null ? "no struct tells a release" : `nearest to Xen ${report.nearest}`;
  const title = `${report.root}: ${told}, ${report.arch}`;
  const sections = sectionsOf(report);
  return format === "markdown"
    ? reportMarkdown(title, summaryOf(report), sections)
    : reportText(title, summaryOf(report), sections);
}

function summaryOf(report: AuditReport): string {
  const best = report.ranking[0];
  const parts = [`${report.headers.length} headers, ${report.structs} structs`];
  if (report.nearest === null) {
    parts.push(`${best.same} constants as in releases, ${report.drift.length} as in none`);
  } else {
    parts.push(
      `${best.same} declarations as in ${best.xen}, ${best.different} different, ${best.added} that it has not`,
      `${best.missing - report.standing.length} of its declarations are not in the copy`,
    );
  }
  if (report.standing.length > 0) parts.push(`${report.standing.length} stand in the copy and are not read`);
  if (report.outside !== null) {
    const edge = report.outside === "older" ? report.releases[0] : "all bundled releases";
    parts.push(`its version numbers say that it is ${report.outside} than ${edge}`);
  }
  if (report.diagnostics > 0) parts.push(`${report.diagnostics} places could not be read`);
  if (report.otherArch !== null)
    parts.push(`its files are for ${report.otherArch}: give --arch ${report.otherArch}`);
  return parts.join("; ");
}

function sectionsOf(report: AuditReport): ReportSection[] {
  const isLayout = (d: AuditDrift): boolean => d.change.subject === "struct" && d.change.change === "changed";
  const bytes = report.drift.filter((d) => isLayout(d) && !isSameBytes(d.change));
  const ofSubject = (isMacro: boolean): AuditDrift[] =>
    report.drift.filter(
      ({ change }) =>
        change.change === "changed" &&
        change.subject !== "struct" &&
        (change.subject === "macro") === isMacro,
    );
  const values = ofSubject(false);
  const names = report.drift.filter(
    (d) => d.change.change === "renamed" || (isLayout(d) && !bytes.includes(d)),
  );
  const added = report.drift.filter((d) => d.change.change === "added");
  const describe = (d: AuditDrift): ReportSection["entries"][number] => describeDrift(d, report.releases);
  return [
    { title: "Wrong whatever the release", entries: alwaysWrong(report), list: [] },
    { title: "Other layout than the release", entries: bytes.map(describe), list: [] },
    { title: "Other value than the release", entries: values.map(describe), list: [] },
    { title: "Other name for the same thing", entries: names.map(describe), list: [] },
    { title: "Other code of a macro", entries: [], list: namesByOrigin(ofSubject(true), report.releases) },
    { title: "Only in the copy", entries: [], list: namesByOrigin(added, report.releases) },
    { title: "In the copy, but not read", entries: [], list: standingList(report) },
    { title: "Not in the copy, though its header is", entries: [], list: missingLists(report) },
    {
      title: "A file that does not define __XEN_INTERFACE_VERSION__",
      entries: defaultEntries(report),
      list: [],
    },
    { title: "Distance to the releases", entries: [], list: rankLines(report) },
    { title: "Not read", entries: [], list: report.unmodelled },
  ].filter((s) => s.entries.length + s.list.length > 0);
}

function alwaysWrong(report: AuditReport): ReportSection["entries"] {
  const entries: { head: string; details: string[] }[] = [];
  const eachKnown = report.versions.every((v) => v.releases.length > 0);
  if (report.versions.length > 1 && eachKnown && report.acceptedBy.length === 0) {
    const details = report.versions.map((v) => {
      const value = number(v.value, v.constant);
      return `${v.constant} ${value}: Xen ${v.releases.join(", ")}`;
    });
    entries.push({ head: "no release accepts all control interfaces of the copy", details });
  }
  for (const { change, meant } of report.drift) {
    if (meant !== undefined)
      entries.push({ head: `${change.name} is in ${noRelease(report.releases)}; ${meant} is`, details: [] });
  }
  return entries;
}

function defaultEntries(report: AuditReport): ReportSection["entries"] {
  const { byDefault } = report;
  if (byDefault === undefined) return [];
  const hex = (version: number): string => `0x${version.toString(16).padStart(8, "0")}`;
  const details = byDefault.hypercalls.map((h) => `${h.name} is ${h.byDefault}, not ${h.latest}`);
  if (byDefault.structs.length > 0) {
    const names = byDefault.structs.map((name) => name.replace(/^struct /, ""));
    details.push(`other layout: ${names.join(", ")}`);
  }
  const versions = `${hex(byDefault.interfaceVersion)}, not ${hex(byDefault.latest)}`;
  return [{ head: `the interface of version ${versions}, is what it gets`, details }];
}

/** Names that stand in the copy by the reason for which they are not read. */
function standingList({ standing, standingWhy }: AuditReport): string[] {
  const byReason = new Map<string, string[]>();
  for (const name of standing) {
    const names = byReason.get(standingWhy[name]) ?? [];
    byReason.set(standingWhy[name], names);
    names.push(name);
  }
  return [...byReason].map(([why, names]) => `${why}, ${names.length}: ${names.join(", ")}`);
}

function describeDrift(drift: AuditDrift, releases: readonly string[]): ReportSection["entries"][number] {
  const { head, details } = describeChange(drift.change);
  return { head: `${head}; ${asInText(drift, releases)}`, details };
}

function asInText(drift: AuditDrift, releases: readonly string[]): string {
  return drift.asIn.length > 0
    ? `the copy's is that of ${spanText(drift.asIn, releases)}`
    : `the copy's is that of ${noRelease(releases)}`;
}

function noRelease(releases: readonly string[]): string {
  return `no release from ${releases[0]} on`;
}

/** "4.11 to 4.15", "4.3 to 4.6 and 4.20": runs of neighbours. */
function spanText(names: readonly string[], releases: readonly string[]): string {
  const runs: string[][] = [];
  for (const name of names) {
    const last = runs.at(-1);
    const follows =
      last !== undefined && releases.indexOf(name) === releases.indexOf(last[last.length - 1]) + 1;
    if (follows) last.push(name);
    else runs.push([name]);
  }
  return runs.map((run) => (run.length > 2 ? `${run[0]} to ${run.at(-1)}` : run.join(" and "))).join(", ");
}

/** Names by the releases that have them as the copy does. */
function namesByOrigin(drifts: readonly AuditDrift[], releases: readonly string[]): string[] {
  const byOrigin = new Map<string, string[]>();
  for (const drift of drifts) {
    if (drift.meant !== undefined) continue;
    const origin =
      drift.asIn.length > 0 ? `as in ${spanText(drift.asIn, releases)}` : `in ${noRelease(releases)}`;
    const list = byOrigin.get(origin) ?? [];
    byOrigin.set(origin, list);
    list.push(drift.change.name);
  }
  return [...byOrigin].map(([origin, names]) => `${origin}, ${names.length}: ${names.join(", ")}`);
}

function missingLists(report: AuditReport): string[] {
  return Object.entries(report.missing).map(
    ([file, names]) => `${file}, ${names.length}: ${names.join(", ")}`,
  );
}

function rankLines(report: AuditReport): string[] {
  return report.ranking
    .slice(0, rankedShown)
    .map((r) => `${r.xen}: ${r.different} different, ${r.added} only in the copy, ${r.missing} missing`);
}
