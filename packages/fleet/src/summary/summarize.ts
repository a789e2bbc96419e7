import { type Cause, causeKey, type Finding, type FindingsDocument, severityRank } from "@xgt/findings";
import { CAUSES_PER_RUN_MAX, SUMMARY_BYTES_MAX } from "../limits.ts";
import type { FleetRun } from "../manifest/fleet-run.ts";
import type { CauseCount, CausePlace, RunSummary, SubOpCounts } from "./run-summary.ts";

/** A cause while its findings are counted. */
interface Counting {
  count: CauseCount;
  /** Event of the last finding so far. */
  lastEvent: number;
}

/** The summary of a run that was replayed. `operations`: how many; `behaviour`: its calls by sub-op. */
export function summarize(
  run: FleetRun,
  document: FindingsDocument,
  operations: number,
  behaviour: readonly SubOpCounts[] = [],
): RunSummary {
  const causes = new Map<string, Counting>();
  let leftOut = 0;
  for (const finding of document.findings) {
    const { cause } = finding;
    if (cause === undefined) continue;
    const key = causeKey(cause);
    const known = causes.get(key);
    if (known !== undefined) addFinding(known, finding);
    else if (causes.size < CAUSES_PER_RUN_MAX) causes.set(key, firstOf(cause, finding));
    else leftOut++;
  }
  const { troubles = [], undecided } = document;
  const sorted = [...causes.values()].map(({ count }) => count).sort(byCause);
  const fitting = fittingCount(sorted);
  return {
    id: run.id,
    group: run.group,
    page: run.page,
    failure: undefined,
    troubles,
    operations,
    behaviour,
    causes: sorted.slice(0, fitting),
    causesLeftOut: leftOut + sorted.length - fitting,
    undecided: [...new Set(undecided.map(({ rule }) => rule))].sort(),
  };
}

/** How many causes, of the worst ones, fit into a summary: names in a log may be long. */
function fittingCount(causes: readonly CauseCount[]): number {
  let bytes = 0;
  const tooMany = causes.findIndex((cause) => {
    bytes += Buffer.byteLength(JSON.stringify(cause));
    return bytes > SUMMARY_BYTES_MAX;
  });
  return tooMany < 0 ? causes.length : tooMany;
}

/** The summary of a run that has no answer. */
export function summarizeFailure({ id, group, page }: FleetRun, failure: string): RunSummary {
  const nothing = { operations: 0, causes: [], causesLeftOut: 0, undecided: [], troubles: [] };
  return { id, group, page, failure, ...nothing };
}

/** Order of causes: the worst first, then by rule and by what they have in common. */
export function byCause(a: Pick<CauseCount, "cause">, b: Pick<CauseCount, "cause">): number {
  const severity = severityRank(a.cause.severity) - severityRank(b.cause.severity);
  if (severity !== 0) return severity;
  const [one, other] = [causeKey(a.cause), causeKey(b.cause)];
  return one < other ? -1 : one > other ? 1 : 0;
}

function firstOf(cause: Cause, finding: Finding): Counting {
  const { occurrences, message, fix } = finding;
  const [first, last] = placesOf(finding);
  return {
    count: { cause, findings: occurrences, message, fix, first, last: samePlace(first, last) ? null : last },
    lastEvent: finding.lastEvent ?? finding.event ?? 0,
  };
}

function addFinding(known: Counting, finding: Finding): void {
  const { count, lastEvent } = known;
  const event = finding.lastEvent ?? finding.event ?? 0;
  const [, last] = placesOf(finding);
  const isLater = event >= lastEvent && last !== null && !samePlace(count.first, last);
  const findings = count.findings + finding.occurrences;
  known.count = { ...count, findings, ...(isLater && { last }) };
  known.lastEvent = Math.max(event, lastEvent);
}

/** Where a finding stands first and last. */
function placesOf({ location, lastLocation }: Finding): [CausePlace | null, CausePlace | null] {
  const placeOf = (where: Finding["location"]) =>
    where === null ? null : { path: where.path, place: where.place, unit: where.unit };
  return [placeOf(location), placeOf(lastLocation ?? location)];
}

function samePlace(one: CausePlace | null, other: CausePlace | null): boolean {
  return one?.path === other?.path && one?.place === other?.place;
}
