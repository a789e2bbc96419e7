import type { EventLine, FrameChange } from "@xgt/findings";
import { frameKindNames } from "@xgt/p2m-tracker";
import type { FrameSpan } from "../findings/frame-span.ts";
import { CHANGE_RUNS_SHOWN } from "../limits.ts";
import type { ChangeRun, ChangeRuns } from "./change-runs.ts";
import { describeEffect } from "./describe-event.ts";
import type { EventEffect } from "./event-effects.ts";

/**
 * An event as a list of events shows it. Of more than CHANGE_RUNS_SHOWN runs of changes those of the frames that were
 * asked for are shown, else the first ones.
 */
export function eventLine(effect: EventEffect, asked: readonly FrameSpan[] | undefined): EventLine {
  const { event, time, changes } = effect;
  const shown = shownRuns(changes, asked ?? []).map(frameChange);
  const more = changes.length - shown.length + changes.hidden;
  return { event, time, text: describeEffect(effect), changes: shown, more };
}

function shownRuns(changes: ChangeRuns, asked: readonly FrameSpan[]): ChangeRun[] {
  const all = Math.min(changes.length, CHANGE_RUNS_SHOWN);
  const first: ChangeRun[] = [];
  if (changes.length > all) {
    for (let i = 0; i < changes.length && first.length < all; i++) {
      if (asked.some((span) => changes.runTouches(i, span.first, span.last))) first.push(changes.run(i));
    }
    if (first.length > 0) return first;
  }
  for (let i = 0; i < all; i++) first.push(changes.run(i));
  return first;
}

function frameChange({ gfn, count, oldKind, kind, mfn }: ChangeRun): FrameChange {
  return { gfn, count, from: frameKindNames[oldKind], to: frameKindNames[kind], mfn };
}
