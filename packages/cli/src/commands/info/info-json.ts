import type { JsonValue } from "@xgt/findings";
import { hypercallOf } from "@xgt/hypercall-abi";
import { logHeaderJson } from "@xgt/hypercall-log";
import type { LogTally } from "@xgt/run";

/** One log as `xgt info -f json` has it. */
export function infoJson(tally: LogTally): JsonValue {
  const { log } = tally;
  const { stats } = log;
  const { timeFirst, timeLast } = tally;
  return {
    path: log.path,
    format: log.format,
    bytes: stats.bytes,
    events: tally.events,
    operations: tally.operations,
    time_s: timeFirst === null || timeLast === null ? null : { first: timeFirst, last: timeLast },
    header: log.header === null ? null : (logHeaderJson(log.header) as JsonValue),
    callers: tally.callerCounts().map(([domid, calls]) => ({ domid: domid < 0 ? null : domid, calls })),
    events_by_kind: Object.fromEntries(tally.eventCounts().map(({ name, count }) => [name, count])),
    calls: tally.callCounts().map((call) => ({
      hypercall: hypercallOf(call.nr)?.name ?? null,
      op: call.name,
      nr: call.nr,
      cmd: call.cmd < 0 ? null : call.cmd,
      calls: call.calls,
      operations: call.operations,
      refused: call.refused,
    })),
    threads: tally.threadCounts().map(({ pid, comm, calls }) => ({
      pid: pid < 0 ? null : pid,
      comm: comm === "" ? null : comm,
      calls,
    })),
    lost: stats.lost,
    skipped: Object.fromEntries([...stats.skipped].sort(([a], [b]) => (a < b ? -1 : 1))),
    truncated: stats.truncated,
    problems: stats.problems.map(({ place, unit, message }) => ({ [unit]: place, message })),
    problem_count: stats.problemCount,
  };
}
