import { FRAMES_END } from "@xgt/hypercall-log";
import type { Stretch } from "../kinds/straight-rule.ts";

/** Frames from `gfn` on. */
interface Frames {
  readonly gfn: number;
  readonly count: number;
}

/** All frames. */
export const everywhere = (): Stretch => ({ first: 0, end: FRAMES_END });

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

/** The bank that holds a frame; undefined: none is known that does. */
export function bankAround(banks: readonly Frames[] | undefined, frame: number): Stretch | undefined {
  const bank = banks?.find(({ gfn, count }) => frame >= gfn && frame < gfn + count);
  return bank === undefined ? undefined : { first: bank.gfn, end: bank.gfn + bank.count };
}

/** The part that two stretches share. */
export function shared(one: Stretch, other: Stretch): Stretch {
  return { first: Math.max(one.first, other.first), end: Math.min(one.end, other.end) };
}
