export type { Call } from "./call/call.ts";
export type { UnmodelledCalls } from "./replay/modelled-calls.ts";
export { Replay, type ReplayOptions } from "./replay/replay.ts";
export { type FinishedReplay, replayBatches } from "./replay/replay-batches.ts";
export type { ReplayEvent, ReplayObserver } from "./replay/replay-observer.ts";
export type {
  DomainResult,
  FrameCounts,
  MapRun,
  ReplayCounters,
  ReplayResult,
} from "./replay/replay-result.ts";
export { type Rule, type RuleInput, rules } from "./rules/index.ts";
export type { Domain, Mode } from "./state/domain.ts";
export { FrameKind, frameKindNames, NOT_KNOWN } from "./state/frame-kind.ts";
export type { Change, Machine } from "./state/machine.ts";
export { type ReplaySetup, type ReplaySource, runFactsOf, specsOf } from "./state/setup.ts";
export type { Refusal } from "./straight/refusals.ts";
