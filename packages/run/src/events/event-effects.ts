import type { Finding } from "@xgt/findings";
import { type EventBatch, EventKind } from "@xgt/hypercall-log";
import type { Call, Change, ReplayEvent, ReplayObserver } from "@xgt/p2m-tracker";
import { ChangeRuns } from "./change-runs.ts";

/** What one event did. One object serves a whole replay: what it holds is valid during the callback only. */
export interface EventEffect {
  /** A call's is that of its end, or of its beginning where its end never came. */
  readonly event: number;
  /** Seconds; NaN: not recorded. */
  readonly time: number;
  /** The call that is over, both halves; null: the event is no call, or a call's end without its beginning. */
  readonly call: Call | null;
  /** The event's row; null: a call whose end never came. */
  readonly at: { readonly batch: EventBatch; readonly row: number } | null;
  /** What changed in the p2m. */
  readonly changes: ChangeRuns;
  /** What it showed to be wrong; what only the end of the log shows is of no event. */
  readonly findings: readonly Finding[];
}

/**
 * Tells what each event did. A call is told once, when it is over, with both halves; one whose end never came is told
 * when it is given up, with what it may have changed.
 */
export class EventEffects implements ReplayObserver {
  private readonly changes = new ChangeRuns();
  private findings: Finding[] = [];
  /** What the beginnings of calls showed, by their numbers, until the calls are over. */
  private readonly atBeginnings = new Map<number, readonly Finding[]>();
  private readonly onEffect: (effect: EventEffect) => void;

  constructor(onEffect: (effect: EventEffect) => void) {
    this.onEffect = onEffect;
  }

  change(change: Change): void {
    this.changes.add(change);
  }

  finding(finding: Finding, atEnd: boolean): void {
    if (!atEnd) this.findings.push(finding);
  }

  /** A call's beginning is told with its end, and so is what is found at its beginning. */
  after({ number, batch, row, call }: ReplayEvent): void {
    if (batch.kind[row] === EventKind.enter) {
      if (this.findings.length > 0) this.atBeginnings.set(number, this.findings);
      this.findings = [];
      return;
    }
    this.tell({ event: number, time: batch.time[row], call, at: { batch, row } });
  }

  abandoned(call: Call): void {
    this.tell({ event: call.enterEvent, time: call.enterTime, call, at: null });
  }

  private tell(effect: Omit<EventEffect, "changes" | "findings">): void {
    const { enterEvent = 0 } = effect.call ?? {};
    const before = this.atBeginnings.size === 0 ? undefined : this.atBeginnings.get(enterEvent);
    if (before !== undefined) {
      this.findings.unshift(...before);
      this.atBeginnings.delete(enterEvent);
    }
    this.onEffect({ ...effect, changes: this.changes, findings: this.findings });
    this.changes.clear();
    if (this.findings.length > 0) this.findings = [];
  }
}
