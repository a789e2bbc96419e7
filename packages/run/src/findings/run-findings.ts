import {
  type Cause,
  causeKey,
  type Finding,
  type FindingSummary,
  type Note,
  type Undecided,
} from "@xgt/findings";
import type { DomainSpec } from "@xgt/hypercall-log";
import type { ReplayObserver, ReplayResult } from "@xgt/p2m-tracker";
import { CAUSES_MAX, FINDINGS_PER_RULE_MAX } from "../limits.ts";
import type { CallIndex } from "../observers/call-index.ts";
import { causeOf } from "./cause-of.ts";
import { again, DeviceFaults, type Kept } from "./device-faults.ts";
import { faultKey } from "./fault-key.ts";
import { type FindingFilter, passesFinding, passesRule } from "./finding-filter.ts";

/** The reason for a verdict not to be certain where a recorder is known to lose lines. */
const HALF_MISSING = "half-missing";

/**
 * The findings of a run that pass a filter, with the calls that they refer to named: the one place that keeps them. The
 * same fault again is no finding of its own: the first one counts it, and says where the last one stands.
 */
export class RunFindings implements ReplayObserver {
  /** Findings beyond FINDINGS_PER_RULE_MAX, by rule: counted only, and not told apart from each other. */
  readonly dropped = new Map<string, number>();
  /** Findings that the filter left out. */
  filtered = 0;
  /** Findings of causes that the filter accepts, by the key of the cause. */
  readonly accepted = new Map<string, number>();
  /** Causes of the findings that are reported, those of dropped ones too; CAUSES_MAX at most. */
  readonly causes = new Map<string, Cause>();
  private kept: Kept[] = [];
  /** Of `kept`, how many from the first on are doubtful because nobody knows when records were lost. */
  private doubted = 0;
  private readonly devices = new DeviceFaults();
  /** Findings that another one of their device stands for, still in `kept`. */
  private readonly merged = new Set<Kept>();
  private readonly filter: FindingFilter;
  private readonly calls: CallIndex;
  private readonly domains: () => readonly DomainSpec[];
  private readonly counts = { error: 0, warning: 0, info: 0 };
  private readonly byFault = new Map<string, Kept>();
  private readonly byRule = new Map<string, number>();

  /** @param domains What is known of the run's domains once its logs have said what they are. */
  constructor(filter: FindingFilter, calls: CallIndex, domains: () => readonly DomainSpec[]) {
    this.filter = filter;
    this.calls = calls;
    this.domains = domains;
  }

  /** In the order in which they became true; FINDINGS_PER_RULE_MAX of each rule at most. */
  get list(): readonly Finding[] {
    this.dropMerged();
    return this.kept;
  }

  finding(finding: Finding, atEnd = false): void {
    if (!passesFinding(this.filter, finding, this.calls)) {
      this.filtered++;
      return;
    }
    const key = faultKey(finding, this.calls);
    const known = this.byFault.get(key);
    if (known !== undefined) {
      again(known, finding);
      return;
    }
    const cause = causeOf(finding, atEnd, this.calls, this.domains());
    const acceptedAs = causeKey(cause);
    if (this.filter.accepted?.has(acceptedAs)) {
      this.accepted.set(acceptedAs, (this.accepted.get(acceptedAs) ?? 0) + 1);
      return;
    }
    if (this.causes.size < CAUSES_MAX) this.causes.set(acceptedAs, cause);
    if (this.devices.counts(finding, cause)) return;
    this.counts[finding.severity]++;
    const count = (this.byRule.get(finding.rule) ?? 0) + 1;
    this.byRule.set(finding.rule, count);
    if (count > FINDINGS_PER_RULE_MAX) {
      this.dropped.set(finding.rule, count - FINDINGS_PER_RULE_MAX);
      return;
    }
    const kept = withPlaces({ ...finding, cause }, this.calls);
    this.kept.push(kept);
    this.byFault.set(key, kept);
    const others = this.devices.kept(kept, cause);
    if (others.length === 0) return;
    this.counts[finding.severity] -= others.length;
    this.byRule.set(finding.rule, count - others.length);
    for (const other of others) {
      this.byFault.delete(faultKey(other, this.calls));
      this.merged.add(other);
    }
    // Not at each time: a log can have many devices.
    if (this.merged.size > this.kept.length / 2) this.dropMerged();
  }

  private dropMerged(): void {
    if (this.merged.size === 0) return;
    this.kept = this.kept.filter((finding) => !this.merged.has(finding));
    this.doubted = 0;
    this.merged.clear();
  }

  doubt(since: number, because: string): void {
    // In the order of their events, and few lie between a loss and the note of it; after a doubt about all, the newer ones.
    const first = since > 0 ? 0 : this.doubted;
    for (let at = this.kept.length - 1; at >= first; at--) {
      const finding = this.kept[at];
      if (finding.event !== null && finding.event <= since) break;
      doubtful(finding, because);
    }
    if (since === 0) this.doubted = this.kept.length;
  }

  /** A call without its other half proves that the recorder loses lines: then no verdict is certain. */
  end({ counters }: ReplayResult): void {
    this.byFault.clear();
    if (counters.entersWithoutExit + counters.exitsWithoutEnter === 0) return;
    for (const finding of this.kept) doubtful(finding, HALF_MISSING);
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

/** Makes a verdict uncertain for one more reason. */
function doubtful(finding: Kept, because: string): void {
  finding.certain = false;
  if (finding.uncertainBecause.includes(because)) return;
  finding.uncertainBecause = [...finding.uncertainBecause, because];
}

/** The finding with its cause and notes placed in the logs, as far as those calls are remembered. */
function withPlaces(finding: Finding, calls: CallIndex): Kept {
  const notes: Note[] = finding.notes.map((note) => {
    const call = note.event === null || note.location !== null ? null : calls.describe(note.event);
    return call === null ? note : { ...note, location: call.location };
  });
  const named = notes.some((note) => note.event === finding.causeEvent);
  const cause = finding.causeEvent === null || named ? null : calls.describe(finding.causeEvent);
  if (cause !== null) notes.unshift(cause);
  return { ...finding, notes };
}
