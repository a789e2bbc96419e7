import { causeKey, type Finding, type FindingsDocument, severityRank } from "@xgt/findings";
import { CAUSES_PER_RUN_MAX, SUMMARY_BYTES_MAX } from "../limits.ts";
import type { FleetRun } from "../manifest/fleet-run.ts";
import type { CauseCount, RunSummary } from "./run-summary.ts";

/** The summary of a run that was replayed. `operations`: how many. */
export function summarize(run: FleetRun, document: FindingsDocument, operations: number): RunSummary {
  const causes = new Map<string, { -readonly [key in keyof CauseCount]: CauseCount[key] }>();
  let leftOut = 0;
  for (const finding of document.findings) {
    const { cause } = finding;
    if (cause === undefined) continue;
    const key = causeKey(cause);
    const known = causes.get(key);
    if (known !== undefined) known.findings += finding.occurrences;
    else if (causes.size < CAUSES_PER_RUN_MAX) causes.set(key, { cause, ...firstOf(finding) });
    else leftOut++;
  }
  const { troubles = [], undecided } = document;
  const sorted = [...causes.values()].sort(byCause);
  const fitting = fittingCount(sorted);
  return {
    id: run.id,
    group: run.group,
    page: run.page,
    failure: undefined,
    troubles,
    operations,
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

function firstOf({ occurrences, message, fix, location }: Finding): Omit<CauseCount, "cause"> {
  const first =
    location === null ? null : { path: location.path, place: location.place, unit: location.unit };
  return { findings: occurrences, message, fix, first };
}
