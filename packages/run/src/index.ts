export type { AcceptedCause, Baseline } from "./baseline/baseline.ts";
export { BaselineError } from "./baseline/baseline-error.ts";
export { readBaseline } from "./baseline/read-baseline.ts";
export { acceptedEntry, writeBaseline } from "./baseline/write-baseline.ts";
export { type Behaviour, BehaviourFigures } from "./compare/behaviour.ts";
export { CauseTable } from "./compare/cause-table.ts";
export {
  type ComparedSides,
  type CompareOptions,
  compareRuns,
  type ReplayedSide,
} from "./compare/compare-runs.ts";
export type { BehaviourChange, ComparedCause, ComparedRun, Comparison } from "./compare/comparison.ts";
export { type ChangeRun, ChangeRuns } from "./events/change-runs.ts";
export { describeEffect } from "./events/describe-event.ts";
export { type EventEffect, EventEffects } from "./events/event-effects.ts";
export { passesEvent } from "./events/event-filter.ts";
export { eventLine } from "./events/event-line.ts";
export { causeOf } from "./findings/cause-of.ts";
export { type FindingFilter, passesFinding } from "./findings/finding-filter.ts";
export type { FrameSpan } from "./findings/frame-span.ts";
export { RunFindings } from "./findings/run-findings.ts";
export { BASELINE_BYTES_MAX } from "./limits.ts";
export { type CallCount, LogTally, type ThreadCount } from "./logs/log-tally.ts";
export { type RunInput, RunLogs, type RunLogsOptions } from "./logs/run-logs.ts";
export { SeparateRunsError } from "./logs/separate-runs-error.ts";
export { type Actor, actorOf, type EventNames } from "./observers/actor.ts";
export { CallIndex, callName } from "./observers/call-index.ts";
export { UnmetCalls } from "./observers/unmet-calls.ts";
export { type Run, type RunContext, type RunOptions, replayRun } from "./replay/replay-run.ts";
export type { RunRequest } from "./replay/run-request.ts";
export { type GivenDomains, loadDomains } from "./specification/load-domains.ts";
export { SpecificationError } from "./specification/specification-error.ts";
export { type Incompleteness, incompletenessOf } from "./verdict/incompleteness.ts";
export { lostRecords } from "./verdict/lost-records.ts";
export { nothingChecked } from "./verdict/nothing-checked.ts";
