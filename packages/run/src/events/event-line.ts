import type { EventLine, FrameChange, Location } from "@xgt/findings";
import { frameKindNames } from "@xgt/p2m-tracker";
import type { FrameSpan } from "../findings/frame-span.ts";
import { CHANGE_RUNS_SHOWN } from "../limits.ts";
import { type Actor, actorOf, type EventNames } from "../observers/actor.ts";
import type { ChangeRun, ChangeRuns } from "./change-runs.ts";
import { describeEffect } from "./describe-event.ts";
import type { EventEffect } from "./event-effects.ts";

/**
 * An event as a list of events shows it. Of more than CHANGE_RUNS_SHOWN runs of changes those of the frames that were
 * asked for are shown, else the first ones.
 */
export function eventLine(
  effect: EventEffect,
  asked: readonly FrameSpan[] | undefined,
  names: EventNames,
): EventLine {
  const { event, time, changes, findings } = effect;
  const shown = shownRuns(changes, asked ?? []).map(frameChange);
  const more = changes.length - shown.length + changes.hidden;
  const actor = actorOf(effect.call, effect.at, names);
  return {
    event,
    time,
    task: taskText(actor),
    text: describeEffect(effect, actor.device),
    changes: shown,
    more,
    location: locationOf(effect, names),
    findings: findings.map(({ rule, name, severity, message }) => ({ rule, name, severity, message })),
  };
}

/** "blkback-9", "thread 9"; empty: not recorded. */
function taskText({ comm, pid }: Actor): string {
  if (pid < 0) return comm;
  return comm === "" ? `thread ${pid}` : `${comm}-${pid}`;
}

function locationOf({ call, at }: EventEffect, { sources }: EventNames): Location | null {
  const source = sources[at === null ? (call?.enterSource ?? -1) : at.batch.source[at.row]];
  if (source === undefined) return null;
  const place = at === null ? (call?.enterPlace ?? null) : at.batch.place[at.row];
  return { path: source.path, place, unit: source.placeUnit };
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
