import { FRAMES_END } from "@xgt/hypercall-log";
import type { Stretch } from "../kinds/straight-rule.ts";

/** Frames from `gfn` on. */
interface Frames {
  readonly gfn: number;
  readonly count: number;
}

/** The frames around one up to the next range on both sides; undefined where it lies in one of the ranges. */
export function stretchBetween(ranges: readonly Frames[], frame: number): Stretch | undefined {
  let first = 0;
  let end = FRAMES_END;
  for (const range of ranges) {
    const after = range.gfn + range.count;
    if (frame < range.gfn) end = Math.min(end, range.gfn);
    else if (frame >= after) first = Math.max(first, after);
    else return undefined;
  }
  return { first, end };
}

/** The part that two stretches share. */
export function shared(one: Stretch, other: Stretch): Stretch {
  return { first: Math.max(one.first, other.first), end: Math.min(one.end, other.end) };
}
