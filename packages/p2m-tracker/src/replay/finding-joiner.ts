import type { Finding, Note } from "@xgt/findings";
import type { Report, ReportPlace, Rule } from "../rules/kinds/rule.ts";

type Open = { -readonly [key in keyof Finding]: Finding[key] };

/** Joins what rules report: neighbouring frames of one event that say the same are one finding. Keeps none of them. */
export class FindingJoiner {
  private open: Open[] = [];
  /** The newest open finding of each rule: only neighbours in a row are joined. */
  private readonly lastOf = new Map<string, Open>();

  /** A rule's report at the event under way. */
  add(rule: Rule, report: Report, place: ReportPlace): void {
    const found = report.at ?? place;
    const last = this.lastOf.get(rule.id);
    if (last !== undefined && last.event === found.event && joins(last, report, rule)) return;
    const finding = findingOf(rule, report, found);
    this.open.push(finding);
    this.lastOf.set(rule.id, finding);
  }

  /** Whether anything was reported since `take`. */
  get holds(): boolean {
    return this.open.length > 0;
  }

  /** The findings of the event that is over, in the order of their first frames' reports. */
  take(): readonly Finding[] {
    const findings = this.open;
    this.open = [];
    this.lastOf.clear();
    return findings;
  }
}

/** Extends an open finding by the next frame(s), or the one before it, where the report says the same of them. */
function joins(open: Open, report: Report, rule: Rule): boolean {
  if (open.message !== report.message || open.gfn === null || report.gfn === undefined) return false;
  if (open.domid !== (report.domain?.domid ?? null) || open.certain !== (report.certain ?? true))
    return false;
  if (open.severity !== (report.severity ?? rule.severity)) return false;
  if (open.also.join() !== (report.also ?? []).join()) return false;
  const count = report.count ?? 1;
  const distance = report.gfn === open.gfn + open.count ? open.count : -count;
  if (report.gfn !== open.gfn + distance) return false;
  if (!follows(open.busMfn, report.busMfn, distance)) return false;
  if (!follows(open.expectedMfn, report.expectedMfn, distance)) return false;
  open.count += count;
  if (distance < 0) {
    open.gfn = report.gfn;
    open.busMfn = orNull(report.busMfn);
    open.expectedMfn = orNull(report.expectedMfn);
  }
  return true;
}

function follows(first: number | null, next: number | undefined, distance: number): boolean {
  const known = next === undefined || Number.isNaN(next) ? null : next;
  return first === null ? known === null : known === first + distance;
}

function findingOf(rule: Rule, report: Report, place: ReportPlace): Open {
  const notes: Note[] = (report.notes ?? []).map((note) => ({ ...note, location: null }));
  return {
    rule: rule.id,
    name: rule.name,
    severity: report.severity ?? rule.severity,
    certain: report.certain ?? true,
    uncertainBecause: report.certain === false ? (report.uncertain ?? place.lacks(report.domain)) : [],
    domid: report.domain?.domid ?? null,
    event: place.event,
    time: orNull(place.time),
    gfn: orNull(report.gfn),
    count: report.count ?? 1,
    busMfn: orNull(report.busMfn),
    expectedMfn: orNull(report.expectedMfn),
    causeEvent: report.causeEvent === 0 ? null : orNull(report.causeEvent),
    also: report.also ?? [],
    message: report.message,
    fix: report.fix ?? rule.fix,
    location: place.location,
    notes,
    occurrences: 1,
    lastEvent: place.event,
    lastLocation: place.location,
  };
}

function orNull(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
