import type { Finding, FindingSummary, Note, Undecided } from "@xgt/findings";
import type { ReplayObserver } from "@xgt/p2m-tracker";
import { FINDINGS_PER_RULE_MAX } from "../limits.ts";
import type { CallIndex } from "../observers/call-index.ts";
import { type FindingFilter, passesFinding, passesRule } from "./finding-filter.ts";

/** The findings of a run that pass a filter, with the calls that they refer to named: the one place that keeps them. */
export class RunFindings implements ReplayObserver {
  /** In the order in which they became true; FINDINGS_PER_RULE_MAX of each rule at most. */
  readonly list: Finding[] = [];
  /** Findings beyond those, by rule: counted only. */
  readonly dropped = new Map<string, number>();
  /** Findings that the filter left out. */
  filtered = 0;
  private readonly filter: FindingFilter;
  private readonly calls: CallIndex;
  private readonly counts = { error: 0, warning: 0, info: 0 };
  private readonly byRule = new Map<string, number>();

  constructor(filter: FindingFilter, calls: CallIndex) {
    this.filter = filter;
    this.calls = calls;
  }

  finding(finding: Finding): void {
    if (!passesFinding(this.filter, finding, this.calls)) {
      this.filtered++;
      return;
    }
    this.counts[finding.severity]++;
    const count = (this.byRule.get(finding.rule) ?? 0) + 1;
    this.byRule.set(finding.rule, count);
    if (count <= FINDINGS_PER_RULE_MAX) this.list.push(withPlaces(finding, this.calls));
    else this.dropped.set(finding.rule, count - FINDINGS_PER_RULE_MAX);
  }

  /** All that pass the filter by severity, those that were dropped too. `indeterminate`: checks that ended on something unknown. */
  summary(indeterminate: number): FindingSummary {
    return { ...this.counts, indeterminate };
  }

  /** Rules that are undecided and would be reported. */
  undecided(all: readonly Undecided[]): Undecided[] {
    return all.filter((entry) => passesRule(this.filter, entry.rule));
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
