import { upperBound } from "./search-sorted.ts";

/** A part of the axis that is drawn thin, because nothing in it matters. */
export interface Fold {
  readonly from: number;
  readonly to: number;
  /** Events in it. */
  readonly events: number;
}

/** Where events stand in time. Positions are in the axis' own unit: steps, or seconds. */
export interface TimeAxis {
  readonly kind: "steps" | "seconds";
  /** By event; the last is the end. */
  readonly position: Float64Array;
  readonly total: number;
  readonly folds: readonly Fold[];
  /** Seconds of the log at position 0; 0 for steps. */
  readonly start: number;
}

/** Width of a fold of that many events. */
function foldWidth(events: number): number {
  return Math.min(2.4, 0.35 + 0.7 * Math.log10(events));
}

/** Each event that matters takes one step, a run of others is folded. `matters`: by event, 0 or 1. */
export function stepsAxis(matters: Uint8Array): TimeAxis {
  const events = matters.length;
  const position = new Float64Array(events + 1);
  const folds: Fold[] = [];
  let at = 0;
  let event = 0;
  while (event < events) {
    if (matters[event] === 1) {
      position[event++] = at;
      at++;
      continue;
    }
    let end = event;
    while (end < events && matters[end] === 0) end++;
    const width = foldWidth(end - event);
    for (let i = event; i < end; i++) position[i] = at + (width * (i - event)) / (end - event);
    folds.push({ from: at, to: at + width, events: end - event });
    at += width;
    event = end;
  }
  position[events] = at;
  return { kind: "steps", position, total: at === 0 ? 1 : at, folds, start: 0 };
}

/** Events at their time, linear. `microseconds` by event, negative: not recorded, then as the event before. */
export function secondsAxis(microseconds: ArrayLike<number>): TimeAxis {
  const events = microseconds.length;
  const position = new Float64Array(events + 1);
  let start = 0;
  for (let i = 0; i < events; i++) {
    if (microseconds[i] < 0) continue;
    start = microseconds[i] / 1e6;
    break;
  }
  let last = 0;
  for (let i = 0; i < events; i++) {
    if (microseconds[i] >= 0) last = Math.max(last, microseconds[i] / 1e6 - start);
    position[i] = last;
  }
  const total = last === 0 ? 1 : last * 1.01;
  position[events] = total;
  return { kind: "seconds", position, total, folds: [], start };
}

/** The event under way at a position; -1 where there is no event at all. */
export function eventAt({ position }: TimeAxis, at: number): number {
  const events = position.length - 1;
  if (events === 0) return -1;
  return Math.max(0, Math.min(events - 1, upperBound(position, at) - 1));
}
