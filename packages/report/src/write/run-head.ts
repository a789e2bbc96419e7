import { basename } from "node:path";
import { type Finding, type Location, severityRank, type Undecided } from "@xgt/findings";
import { type DomainResult, type Rule, rules, specsOf } from "@xgt/p2m-tracker";
import { incompletenessOf, nothingChecked, type Run } from "@xgt/run";
import type { TablePlace } from "../columns/table.ts";
import type { TableName } from "../columns/table-shapes.ts";
import type { HeadDomain, HeadFinding, HeadRule, RunHead } from "../head/page-head.ts";
import { FINDINGS_MAX } from "../limits.ts";
import type { RunRecorder } from "../record/run-recorder.ts";
import { whatToRecord } from "./what-to-record.ts";

/** A run that was replayed, and what its page is made of. */
export interface RecordedRun {
  readonly run: Run;
  readonly recorder: RunRecorder;
  /** The command that replays the same, up to its options; null: it cannot be given. */
  readonly command: string | null;
  /** Nothing is left out, however large the page becomes. */
  readonly isWhole?: boolean;
  /** What is said of the run besides, one sentence each. */
  readonly doubts?: readonly string[];
  /** Of two runs that are compared: what a finding is in the comparison; undefined: it is not compared. */
  readonly changeOf?: (finding: Finding) => HeadFinding["change"];
}

/** Where the run's tables lie in the page. */
interface Places {
  readonly tables: Readonly<Record<TableName, TablePlace>>;
  readonly textBytes: number;
  readonly leftOut: readonly string[];
}

/** What the page of a run begins with. */
export function runHead(recorded: RecordedRun, places: Places): RunHead {
  const { run, recorder } = recorded;
  const { result } = run;
  const { header, spec, sources } = recorder.setup;
  const isCompared = (finding: Finding) =>
    recorded.changeOf === undefined || recorded.changeOf(finding) !== undefined;
  const listed = run.findings.list.filter(isCompared);
  const findings = graveFirst(listed).slice(0, FINDINGS_MAX);
  return {
    command: recorded.command,
    xen: run.xen ?? null,
    build: spec?.build ?? header?.build ?? null,
    events: result.events,
    operations: result.operations,
    inputs: run.inputs.map(({ log }, index) => ({
      path: basename(log.path),
      format: log.format,
      events: log.stats.events,
      lost: log.stats.lost,
      unit: sources[index]?.placeUnit ?? "line",
    })),
    domains: result.domains.map((domain) => headDomain(domain, recorder)),
    findings: findings.map((finding) => headFinding(finding, recorded)),
    findingsLeftOut: listed.length - findings.length + sum([...run.findings.dropped.values()]),
    wrongDma: sum(run.findings.list.filter(isWrongDma).map(({ occurrences }) => occurrences)),
    counts: { error: run.summary.error, warning: run.summary.warning, info: run.summary.info },
    undecided: run.findings.undecided(result.undecided).map(({ rule, why, lacks }) => {
      return { rule, why, record: whatToRecord(lacks) };
    }),
    rulesChecked: rules.length,
    dmaVerdict: dmaVerdict(result.undecided),
    nothing: nothingChecked(run),
    doubts: [...(recorded.doubts ?? []), ...gaps(run)],
    leftOut: places.leftOut,
    rules: headRules(run),
    hasDma: recorder.dma.event.length > 0,
    hasEntries: recorder.entries.event.length > 0,
    strings: recorder.names.list,
    tables: places.tables,
    textBytes: places.textBytes,
  };
}

function headDomain({ domid, mode, frames, handlesLive }: DomainResult, { setup }: RunRecorder): HeadDomain {
  const spec = specsOf(setup).find((one) => one.domid === domid);
  return {
    domid,
    mode,
    ram: (spec?.ram ?? []).map(({ gfn, count }) => ({ gfn, count })),
    regions: (spec?.regions ?? []).map(({ name, gfn, count }) => ({ name, gfn, count })),
    frames,
    handlesLive,
  };
}

function headFinding(finding: Finding, { changeOf }: RecordedRun): HeadFinding {
  const { rule, name, severity, certain, uncertainBecause, domid, event, causeEvent, lastEvent } = finding;
  const { occurrences, gfn, count, busMfn, expectedMfn, also, message, fix, location } = finding;
  const change = changeOf?.(finding);
  return {
    ...{ rule, name, severity, certain, uncertainBecause, domid, event, causeEvent, lastEvent },
    ...{ occurrences, gfn, count, also, message, fix },
    bus: busMfn,
    expected: expectedMfn,
    place: placeOf(location),
    ...(change !== undefined && { change }),
  };
}

function placeOf(location: Location | null): string | null {
  if (location === null) return null;
  const { path, place, unit } = location;
  if (place === null) return basename(path);
  return `${basename(path)}:${unit === "byte" ? "byte " : ""}${place}`;
}

/** Rules that something on the page is about. */
function headRules(run: Run): Record<string, HeadRule> {
  const used = new Set<string>(run.result.undecided.map(({ rule }) => rule));
  for (const { rule, also } of run.findings.list) for (const id of [rule, ...also]) used.add(id);
  const entries = rules.filter(({ id }) => used.has(id)).map((rule) => [rule.id, headRule(rule)] as const);
  return Object.fromEntries(entries);
}

function headRule({ name, severity, what, why, fix, source }: Rule): HeadRule {
  return { name, severity, what, why, fix, source };
}

/** Rules that together say whether devices used the right frames: where one of them is open, "nothing found" proves nothing. */
const DMA_RULES: readonly string[] = ["G16", "G17", "G18", "G19", "G38", "G44", "G45"];

/** Whether DMA was judged. */
function dmaVerdict(undecided: readonly Undecided[]): RunHead["dmaVerdict"] {
  const open = undecided.filter(({ rule }) => DMA_RULES.includes(rule));
  if (open.length === 0) return "judged";
  return open.some(({ lacks }) => lacks === "dma") ? "absent" : "partly";
}

/** What the run does not know, one sentence each. */
function gaps(run: Run): string[] {
  const { halves, lost, unmodelled } = incompletenessOf(run);
  const unread = run.inputs.filter(({ log }) => log.stats.truncated || log.stats.problemCount > 0);
  return [
    ...(lost > 0 ? [`${lost} records are missing: what they may have changed is unknown.`] : []),
    ...(halves > 0
      ? [`${halves} calls are without their other half: what they may have changed is unknown.`]
      : []),
    ...(unmodelled > 0 ? [`${unmodelled} calls are not modelled: what they changed is unknown.`] : []),
    ...unread.map(
      ({ log }) => `${basename(log.path)} could not be read as a whole: what is missing is not checked.`,
    ),
    ...run.unopened.map(({ path }) => `${basename(path)} could not be opened: it is not part of this page.`),
    ...(run.stopped
      ? [`The replay stopped after event ${run.result.events}: what follows is not checked.`]
      : []),
    ...(run.interrupted ? [`The replay was interrupted after event ${run.result.events}.`] : []),
  ];
}

function graveFirst(findings: readonly Finding[]): Finding[] {
  if (findings.length <= FINDINGS_MAX) return [...findings];
  return [...findings].sort((a, b) => severityRank(a.severity) - severityRank(b.severity));
}

function isWrongDma({ severity, busMfn }: Finding): boolean {
  return severity === "error" && busMfn !== null;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
