export { type Cause, causeKey } from "./cause.ts";
export { counted } from "./counted.ts";
export type { Finding, FindingSummary, Location, Note, Undecided, Unmodelled } from "./finding.ts";
export { frameRangeText, frameText } from "./frame-text.ts";
export { plainFinding } from "./plain-finding.ts";
export { type Severity, severities, severityRank } from "./severity.ts";
export { changeTexts } from "./sinks/change-text.ts";
export { placeText } from "./sinks/finding-text.ts";
export { sinks } from "./sinks/index.ts";
export { type JsonValue, jsonText } from "./sinks/json-text.ts";
export { colorPalette, type Palette, plainPalette } from "./sinks/palette.ts";
export { printable, visibleJson } from "./sinks/printable.ts";
export { shellComment, shellWord } from "./sinks/shell-word.ts";
export type {
  EventLine,
  FactTable,
  FindingsDocument,
  FrameChange,
  Listing,
  Remark,
  Reporter,
  RuleHelp,
  Sink,
  SinkOptions,
  SinkWriter,
} from "./sinks/sink.ts";
export { TEXT_COLUMNS, wrapText } from "./sinks/wrap-text.ts";
