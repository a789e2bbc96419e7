export { type Behaviour, BehaviourReplay } from "./compare/behaviour.ts";
export {
  type BehaviourChange,
  type Cause,
  CauseTable,
  type ComparedCause,
  type ComparedRun,
  type Comparison,
  compareRuns,
  taskKind,
} from "./compare/compare.ts";
export { Replay, type ReplayOptions } from "./replay/replay.ts";
export type {
  DomainResult,
  EventEffect,
  FrameCounts,
  MapRun,
  ReplayCounters,
  ReplayResult,
} from "./replay/replay-result.ts";
export { type Rule, type RuleInput, rules } from "./rules/index.ts";
export type { Domain, Mode } from "./state/domain.ts";
export { FrameKind, frameKindNames } from "./state/frame-kind.ts";
export type { ReplaySetup } from "./state/setup.ts";
