import type { Finding, Location, Note } from "@xgt/findings";
import { FINDINGS_PER_RULE_MAX } from "../limits.ts";
import type { Report, Rule } from "../rules/kinds/rule.ts";

/** The event that a report is about, unless the report says otherwise. */
export interface ReportPlace {
  readonly event: number;
  readonly time: number;
  readonly location: Location | null;
}

type Open = { -readonly [key in keyof Finding]: Finding[key] };

/** Findings in the order of events; neighbouring frames of one event that say the same become one finding. */
export class FindingCollector {
  readonly findings: Finding[] = [];
  /** Findings by rule, all of them, and those that were not kept. */
  readonly counts = new Map<string, number>();
  readonly dropped = new Map<string, number>();
  readonly severities = { error: 0, warning: 0, info: 0 };
  private open: Open[] = [];
  /** The newest open finding of each rule: only neighbours in a row are joined. */
  private readonly lastOf = new Map<string, Open>();
  private openEvent = -1;
  private readonly onFinding: ((finding: Finding) => void) | undefined;

  constructor(onFinding: ((finding: Finding) => void) | undefined) {
    this.onFinding = onFinding;
  }

  add(rule: Rule, report: Report, place: ReportPlace): void {
    if (place.event !== this.openEvent) this.flush();
    this.openEvent = place.event;
    const last = this.lastOf.get(rule.id);
    if (last !== undefined && joins(last, report, rule)) return;
    const finding = findingOf(rule, report, place);
    this.open.push(finding);
    this.lastOf.set(rule.id, finding);
  }

  /** Passes on what was found at the event that is over. */
  flush(): void {
    for (const finding of this.open) this.keep(finding);
    this.open = [];
    this.lastOf.clear();
  }

  private keep(finding: Finding): void {
    this.severities[finding.severity]++;
    const count = (this.counts.get(finding.rule) ?? 0) + 1;
    this.counts.set(finding.rule, count);
    this.onFinding?.(finding);
    if (count <= FINDINGS_PER_RULE_MAX) this.findings.push(finding);
    else this.dropped.set(finding.rule, (this.dropped.get(finding.rule) ?? 0) + 1);
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
  };
}

function orNull(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
