export { type Architecture, architectureOf, architectures } from "./architecture.ts";
export type * from "./audit/audit-report.ts";
export { renderAudit } from "./audit/render-audit.ts";
export { type AuditOptions, auditHeaders } from "./audit.ts";
export {
  bytesOfWords,
  codecOf,
  decodeStruct,
  encodeStruct,
  readField,
  type StructCodec,
  type StructValue,
  wordsOfBytes,
} from "./codec.ts";
export { CodecError } from "./codec-error.ts";
export type { FieldValue } from "./codec-scalars.ts";
export type * from "./diff/change.ts";
export { type DiffFormat, renderAbiDiff } from "./diff/render-diff.ts";
export { type AbiViews, diffAbi } from "./diff.ts";
export {
  constantOf,
  type FieldPlace,
  fieldOf,
  ModelLookupError,
  numberOf,
  rowOf,
  scalarOf,
  structKey,
  structOf,
} from "./field-of.ts";
export { type Diagnostic, formatDiagnostic } from "./headers/diagnostics.ts";
export { type HeaderTree, HeaderTreeError, headerTreeOf, readHeaderTree } from "./headers/header-tree.ts";
export { HeaderReader, type ReadOptions, type ReadResult } from "./headers/read-headers.ts";
export * from "./hypercalls/index.ts";
export { type LoadedViews, loadViews } from "./load-views.ts";
export type * from "./model.ts";
export { ModelFileError, readModelFile, writeModelFile } from "./model-file.ts";
export {
  loadModel,
  nearestRelease,
  newestRelease,
  releaseSources,
  releases,
  UnknownModelError,
} from "./models/load-model.ts";
export { bundledViews, type ReleaseSource } from "./models/release-models.ts";
export { renderAbi, type ShowOptions } from "./show.ts";
export { renderStaticAsserts, type StaticAssertOptions, type StaticAsserts } from "./static-asserts.ts";
export {
  BindingError,
  docComments,
  type EmitOptions,
  makePlan,
  type PlanOptions,
  type ShimPlan,
  shimPlan,
  type Target,
  targets,
} from "./targets/index.ts";
