export { type Behaviour, BehaviourReplay } from "./behaviour.ts";
export {
  type BehaviourChange,
  type Cause,
  CauseTable,
  type ComparedCause,
  type ComparedRun,
  type Comparison,
  compareRuns,
  taskKind,
} from "./compare.ts";
export type { Domain, Mode } from "./domain.ts";
export { FrameKind, frameKindNames } from "./frame-kind.ts";
export { Replay, type ReplayOptions } from "./replay.ts";
export type {
  DomainResult,
  EventEffect,
  FrameCounts,
  MapRun,
  ReplayCounters,
  ReplayResult,
} from "./replay-result.ts";
export { type Rule, type RuleInput, rules } from "./rules/index.ts";
export type { ReplaySetup } from "./setup.ts";
export { parseXenVersion, xenVersionName } from "./xen-version.ts";
