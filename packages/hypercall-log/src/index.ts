export type { BootDomain, BootFacts, BootModule, XenVersion } from "./domains/boot-log/boot-facts.ts";
export { type BootLog, bootLogDomains, isBootLog, parseBootLog } from "./domains/boot-log/boot-log.ts";
export type { BootLogLine, Speaker } from "./domains/boot-log/boot-log-line.ts";
export type { AddressRange } from "./domains/boot-log/guest-layout.ts";
export type {
  DeviceSpec,
  DomainFacts,
  DomainSpec,
  DomainSpecFile,
  FrameRange,
  GrantEntry,
  LogHeader,
  Region,
} from "./domains/spec/domain-spec.ts";
export {
  DomainSpecError,
  domainSpecOf,
  logHeaderOf,
  parseDomainSpec,
} from "./domains/spec/domain-spec-file.ts";
export { domainSpecJson, logHeaderJson } from "./domains/spec/domain-spec-json.ts";
export {
  type ArgumentShape,
  argumentShapeOf,
  argumentShapes,
  fieldIndex,
  type HalfShape,
} from "./events/argument-shape.ts";
export { CallView } from "./events/call-view.ts";
export type { LogProblem } from "./events/decode-stats.ts";
export { DmaView } from "./events/dma-view.ts";
export { ALL_ONES, EventBatch } from "./events/event-batch.ts";
export {
  DmaDirection,
  DomainChange,
  EventKind,
  isNumbered,
  ListState,
  Recorded,
  Via,
} from "./events/event-kind.ts";
export { FRAMES_END } from "./events/frame-number.ts";
export { GrantView } from "./events/grant-view.ts";
export { GuestEntryView } from "./events/guest-entry-view.ts";
export { operationsOf } from "./events/operations.ts";
export { ShareView } from "./events/share-view.ts";
export { domainChange, lostCount, markText } from "./events/single-value.ts";
export { StringTable } from "./events/string-table.ts";
export { formats } from "./formats/index.ts";
export type { FormatName } from "./formats/log-format.ts";
export { NdjsonWriter } from "./formats/ndjson/write-ndjson.ts";
export { canPack, type XhlPacking, xhlPackings } from "./formats/xhl/block-packing.ts";
export { XhlWriter } from "./formats/xhl/xhl-writer.ts";
export { type ByteInput, openFileInput, StreamInput } from "./input/byte-input.ts";
export { EventLoopTurns, orAborted, untilAborted } from "./input/event-loop-turns.ts";
export { LogOpenError, type LogOpenReason, openError } from "./input/log-open-error.ts";
export { exportsOf, moduleOf, newSharedMemory, type SharedMemory } from "./input/web-assembly.ts";

export { type LogSource, type OpenLogOptions, openLog } from "./log/open-log.ts";
export { mergeLogs } from "./merge/merge.ts";
export type { ClockDifference } from "./merge/merge-clock.ts";
