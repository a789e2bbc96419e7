export { isBootLog, readBootLog } from "./domains/boot-log.ts";
export type {
  DomainFacts,
  DomainSpec,
  DomainSpecFile,
  FrameRange,
  GrantEntry,
  LogHeader,
  Region,
} from "./domains/domain-spec.ts";
export { DomainSpecError, domainSpecOf, logHeaderOf, parseDomainSpec } from "./domains/domain-spec-file.ts";
export { domainSpecJson, logHeaderJson } from "./domains/domain-spec-json.ts";
export {
  type ArgumentShape,
  argumentShapeOf,
  argumentShapes,
  ELEMENTS_AT,
  FIELDS_AT,
  fieldIndex,
  type HalfShape,
  NOT_WRITTEN,
  ROWS_AT,
} from "./events/argument-shape.ts";

export type { LogProblem } from "./events/decode-stats.ts";
export { ALL_ONES, EventBatch, s64At, u64At } from "./events/event-batch.ts";
export { DmaDirection, DomainChange, EventKind, ListState, Recorded, Via } from "./events/event-kind.ts";
export { StringTable } from "./events/string-table.ts";
export { formats } from "./formats/index.ts";
export type { FormatName } from "./formats/log-format.ts";
export { NdjsonWriter } from "./formats/ndjson/write-ndjson.ts";
export { LogOpenError, type LogOpenReason } from "./input/log-open-error.ts";

export { type LogSource, type OpenLogOptions, openLog } from "./log/open-log.ts";
export { mergeLogs } from "./merge/merge.ts";
export type { ClockDifference } from "./merge/merge-clock.ts";
