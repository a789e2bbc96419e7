import type { Finding } from "@xgt/findings";
import type { CallIndex } from "../observers/call-index.ts";
import type { FrameSpan } from "./frame-span.ts";

/** What is left out of a report, never of the state (--time, --op, --gfn, --rule, --ignore). Absent: no limit. */
export interface FindingFilter {
  /** Seconds, both ends included. */
  readonly time?: { readonly from: number; readonly to: number } | undefined;
  /** Sub-ops as `nr:cmd`, whole hypercalls as `nr:*`. */
  readonly ops?: ReadonlySet<string> | undefined;
  /** Guest frames. */
  readonly gfns?: readonly FrameSpan[] | undefined;
  /** Rule ids. */
  readonly rules?: ReadonlySet<string> | undefined;
  /** Rule ids, in spite of `rules`. */
  readonly ignored?: ReadonlySet<string> | undefined;
  /** Keys of causes whose findings are counted only: they are accepted as they are. */
  readonly accepted?: ReadonlySet<string> | undefined;
}

/** Whether a rule is reported at all. */
export function passesRule(filter: FindingFilter, rule: string): boolean {
  return filter.rules?.has(rule) !== false && filter.ignored?.has(rule) !== true;
}

/** Whether a finding is reported. A finding without a time or a frame is outside every range of them. */
export function passesFinding(filter: FindingFilter, finding: Finding, calls: CallIndex): boolean {
  if (!passesRule(filter, finding.rule)) return false;
  if (filter.time !== undefined && !passesTime(filter, finding.time ?? Number.NaN)) return false;
  if (filter.gfns !== undefined) {
    if (finding.gfn === null || !passesFrames(filter, finding.gfn, finding.count)) return false;
  }
  if (filter.ops === undefined) return true;
  return [finding.event, finding.causeEvent].some((event) => {
    const call = event === null ? null : calls.callAt(event);
    return call !== null && passesOp(filter, call.nr, call.cmd);
  });
}

/** Whether a time (seconds; NaN: not recorded) is inside the filter's. */
export function passesTime(filter: FindingFilter, time: number): boolean {
  return filter.time === undefined || (time >= filter.time.from && time <= filter.time.to);
}

/** Whether a hypercall's sub-op is one of the filter's. */
export function passesOp(filter: FindingFilter, nr: number, cmd: number): boolean {
  return filter.ops === undefined || filter.ops.has(`${nr}:${cmd}`) || filter.ops.has(`${nr}:*`);
}

/** Whether any of `count` frames from `gfn` on is one of the filter's. */
export function passesFrames(filter: FindingFilter, gfn: number, count: number): boolean {
  if (filter.gfns === undefined) return true;
  return filter.gfns.some((span) => gfn <= span.last && gfn + count - 1 >= span.first);
}
