import type { Finding, FindingSummary, Note, Undecided } from "@xgt/findings";
import { FINDINGS_PER_RULE_KEPT } from "../../limits.ts";
import type { CallIndex } from "../../run/call-index.ts";
import { isOpen, passesFinding, passesRule, type ReportFilter } from "../../run/finding-filter.ts";

/** What of a replay's findings is reported: those that pass the filter, with the calls that they refer to named. */
export class ReplayReport {
  readonly findings: Finding[] = [];
  /** Findings beyond FINDINGS_PER_RULE_KEPT, by rule: counted only. */
  readonly notKept = new Map<string, number>();
  /** Findings that the filter left out. */
  filtered = 0;
  private readonly filter: ReportFilter;
  private readonly counts = { error: 0, warning: 0, info: 0 };
  private readonly byRule = new Map<string, number>();

  constructor(filter: ReportFilter) {
    this.filter = filter;
  }

  add(finding: Finding, calls: CallIndex): void {
    if (!passesFinding(this.filter, finding, calls)) {
      this.filtered++;
      return;
    }
    this.counts[finding.severity]++;
    const count = (this.byRule.get(finding.rule) ?? 0) + 1;
    this.byRule.set(finding.rule, count);
    if (count <= FINDINGS_PER_RULE_KEPT) this.findings.push(withPlaces(finding, calls));
    else this.notKept.set(finding.rule, count - FINDINGS_PER_RULE_KEPT);
  }

  summary(indeterminate: number): FindingSummary {
    return { ...this.counts, indeterminate };
  }

  /** Rules that are undecided and would be reported. */
  undecided(all: readonly Undecided[]): Undecided[] {
    return all.filter((entry) => passesRule(this.filter, entry.rule));
  }

  get isFiltered(): boolean {
    return !isOpen(this.filter);
  }
}

/** The finding with its cause and notes placed in the logs, as far as those calls are remembered. */
function withPlaces(finding: Finding, calls: CallIndex): Finding {
  const notes: Note[] = finding.notes.map((note) => {
    const call = note.event === null || note.location !== null ? null : calls.describe(note.event);
    return call === null ? note : { ...note, location: call.location };
  });
  const named = notes.some((note) => note.event === finding.causeEvent);
  const cause = finding.causeEvent === null || named ? null : calls.describe(finding.causeEvent);
  if (cause !== null) notes.unshift(cause);
  return { ...finding, notes };
}
