import type { Call } from "../../call/call.ts";
import {
  continuedAt,
  extentCount,
  extentFrames,
  extentOrder,
} from "../../semantics/shared/reservation-fields.ts";

const EXTENTS = 0;

/** First gfn of extent `index`; NaN: not recorded. */
export function extentGfn(call: Call, index: number): number {
  return index < call.in.listLength(EXTENTS) ? call.in.listAt(EXTENTS, index) : Number.NaN;
}

/** Whether Xen left extents of an increase, decrease or populate undone, for good. */
export function isShort(call: Call): boolean {
  const nr = extentCount(call);
  return call.done < nr && Number.isNaN(continuedAt(call, nr));
}

/** Whether Xen stopped where the model says: not where the log counts that extent as done. */
export function stoppedThere(call: Call): boolean {
  return !(call.done > call.stopIndex);
}

/** Calls `visit` with each frame of the extents from `first` on that the call named, up to `most` of them. */
export function forEachFrameFrom(
  call: Call,
  first: number,
  most: number,
  visit: (gfn: number) => void,
): void {
  const order = extentOrder(call);
  if (Number.isNaN(order)) return;
  const frames = extentFrames(order);
  const end = Math.min(extentCount(call), call.in.listLength(EXTENTS));
  let left = most;
  for (let index = first; index < end && left > 0; index++) {
    const base = call.in.listAt(EXTENTS, index);
    for (let i = 0; i < frames && left > 0; i++, left--) visit(base + i);
  }
}
