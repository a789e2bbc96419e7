import type { Finding } from "@xgt/findings";
import type { FrameSpan } from "../terminal/frame-span.ts";
import type { CallIndex } from "./call-index.ts";

/** What --time, --op, --gfn, --rule and --ignore leave of a report. Absent: no limit. */
export interface ReportFilter {
  /** Seconds, both ends included. */
  readonly time?: { readonly from: number; readonly to: number } | undefined;
  /** Sub-ops as `nr:cmd`. */
  readonly ops?: ReadonlySet<string> | undefined;
  readonly gfns?: readonly FrameSpan[] | undefined;
  /** Rule ids. */
  readonly rules?: ReadonlySet<string> | undefined;
  readonly ignored?: ReadonlySet<string> | undefined;
}

/** True where nothing is left out. */
export function isOpen(filter: ReportFilter): boolean {
  return Object.values(filter).every((limit) => limit === undefined);
}

/** Whether a rule is reported at all. */
export function passesRule(filter: ReportFilter, rule: string): boolean {
  return filter.rules?.has(rule) !== false && filter.ignored?.has(rule) !== true;
}

/** Whether a finding is reported. A finding without a time or a frame is outside every range of them. */
export function passesFinding(filter: ReportFilter, finding: Finding, calls: CallIndex): boolean {
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

export function passesTime(filter: ReportFilter, time: number): boolean {
  return filter.time === undefined || (time >= filter.time.from && time <= filter.time.to);
}

export function passesOp(filter: ReportFilter, nr: number, cmd: number): boolean {
  return filter.ops === undefined || filter.ops.has(`${nr}:${cmd}`) || filter.ops.has(`${nr}:*`);
}

export function passesFrames(filter: ReportFilter, gfn: number, count: number): boolean {
  if (filter.gfns === undefined) return true;
  return filter.gfns.some((span) => gfn <= span.last && gfn + count - 1 >= span.first);
}
