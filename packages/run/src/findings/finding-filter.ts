import type { Finding } from "@xgt/findings";
import type { Actor } from "../observers/actor.ts";
import type { CallIndex } from "../observers/call-index.ts";
import type { FrameSpan } from "./frame-span.ts";

/** What is left out of a report, never of the state (--time, --op, --gfn, --pid, --rule, ...). Absent: no limit. */
export interface FindingFilter {
  /** Seconds, both ends included. */
  readonly time?: { readonly from: number; readonly to: number } | undefined;
  /** Sub-ops as `nr:cmd`, whole hypercalls as `nr:*`. */
  readonly ops?: ReadonlySet<string> | undefined;
  /** Guest frames. */
  readonly gfns?: readonly FrameSpan[] | undefined;
  /** Threads. */
  readonly pids?: ReadonlySet<number> | undefined;
  /** CPUs. */
  readonly cpus?: ReadonlySet<number> | undefined;
  /** Domains. */
  readonly domids?: ReadonlySet<number> | undefined;
  /** Names of tasks; `*` stands for any characters. */
  readonly comms?: readonly string[] | undefined;
  /** Names of devices, in the same way. */
  readonly devices?: readonly string[] | undefined;
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
  if (filter.domids !== undefined && !(finding.domid !== null && filter.domids.has(finding.domid)))
    return false;
  if (filter.ops === undefined && !namesActors(filter)) return true;
  return [finding.event, finding.causeEvent].some((event) => {
    if (event === null) return false;
    const call = calls.callAt(event);
    if (filter.ops !== undefined && (call === null || !passesOp(filter, call.nr, call.cmd))) return false;
    return !namesActors(filter) || passesActor(filter, calls.actorAt(event));
  });
}

/** Whether a filter asks for certain threads, CPUs, tasks or devices. */
export function namesActors({ pids, cpus, comms, devices }: FindingFilter): boolean {
  return pids !== undefined || cpus !== undefined || comms !== undefined || devices !== undefined;
}

/** Whether who did something is one of those that the filter asks for; null: not known. */
export function passesActor(
  { pids, cpus, comms, devices }: FindingFilter,
  actor: Pick<Actor, "pid" | "cpu" | "comm" | "device"> | null,
): boolean {
  if (actor === null) return false;
  if (pids?.has(actor.pid) === false || cpus?.has(actor.cpu) === false) return false;
  return isNamed(comms, actor.comm) && isNamed(devices, actor.device);
}

function isNamed(patterns: readonly string[] | undefined, name: string): boolean {
  return patterns === undefined || patterns.some((pattern) => matches(pattern, name));
}

/** Whether a name is as a pattern says; each `*` stands for any characters. */
function matches(pattern: string, name: string): boolean {
  const [first, ...rest] = pattern.split("*");
  if (!name.startsWith(first)) return false;
  if (rest.length === 0) return name === first;
  let at = first.length;
  const last = rest[rest.length - 1];
  for (const part of rest.slice(0, -1)) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
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
