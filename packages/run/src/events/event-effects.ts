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
}

/**
 * Tells what each event did. A call is told once, when it is over, with both halves; one whose end never came is told
 * when it is given up, with what it may have changed.
 */
export class EventEffects implements ReplayObserver {
  private readonly changes = new ChangeRuns();
  private readonly onEffect: (effect: EventEffect) => void;

  constructor(onEffect: (effect: EventEffect) => void) {
    this.onEffect = onEffect;
  }

  change(change: Change): void {
    this.changes.add(change);
  }

  after({ number, batch, row, call }: ReplayEvent): void {
    if (batch.kind[row] === EventKind.enter) return;
    this.tell({ event: number, time: batch.time[row], call, at: { batch, row }, changes: this.changes });
  }

  abandoned(call: Call): void {
    this.tell({ event: call.enterEvent, time: call.enterTime, call, at: null, changes: this.changes });
  }

  private tell(effect: EventEffect): void {
    this.onEffect(effect);
    this.changes.clear();
  }
}
