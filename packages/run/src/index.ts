export { type Behaviour, BehaviourFigures } from "./compare/behaviour.ts";
export { type Cause, CauseTable } from "./compare/cause.ts";
export { causeOf } from "./compare/cause-of.ts";
export {
  type ComparedSides,
  type CompareOptions,
  compareRuns,
  type ReplayedSide,
} from "./compare/compare-runs.ts";
export type { BehaviourChange, ComparedCause, ComparedRun, Comparison } from "./compare/comparison.ts";
export { type ChangeRun, ChangeRuns } from "./events/change-runs.ts";
export { type EventEffect, EventEffects } from "./events/event-effects.ts";
export { passesEvent } from "./events/event-filter.ts";
export { eventLine } from "./events/event-line.ts";
export type { FindingFilter } from "./findings/finding-filter.ts";
export type { FrameSpan } from "./findings/frame-span.ts";
export { RunFindings } from "./findings/run-findings.ts";
export { type CallCount, LogTally, type ThreadCount } from "./logs/log-tally.ts";
export { type RunInput, RunLogs, type RunLogsOptions } from "./logs/run-logs.ts";
export { SeparateRunsError } from "./logs/separate-runs-error.ts";
export { CallIndex } from "./observers/call-index.ts";
export { type Run, type RunContext, type RunOptions, replayRun } from "./replay/replay-run.ts";
export type { RunRequest } from "./replay/run-request.ts";
export { type GivenDomains, loadDomains } from "./specification/load-domains.ts";
export { SpecificationError } from "./specification/specification-error.ts";
export { type Incompleteness, incompletenessOf } from "./verdict/incompleteness.ts";
export { lostRecords } from "./verdict/lost-records.ts";
export { nothingChecked } from "./verdict/nothing-checked.ts";
