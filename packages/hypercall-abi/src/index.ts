export { type AuditOptions, auditHeaders } from "./audit/audit-headers.ts";

export { renderAudit } from "./audit/render-audit.ts";
export {
  bytesOfWords,
  codecOf,
  decodeStruct,
  encodeStruct,
  readField,
  type StructCodec,
  type StructValue,
  wordsOfBytes,
} from "./codec/codec.ts";
export { CodecError } from "./codec/codec-error.ts";
export type { FieldValue } from "./codec/codec-scalars.ts";
export type { AbiDiff, Change } from "./diff/change.ts";
export { type AbiViews, diffAbi } from "./diff/diff-abi.ts";
export { type DiffFormat, renderAbiDiff } from "./diff/render-diff.ts";
export { type LoadedViews, loadViews } from "./forms/load-views.ts";
export { ModelFileError, readModelFile, writeModelFile } from "./forms/model-file.ts";
export { renderAbi, type ShowOptions } from "./forms/show.ts";
export { renderStaticAsserts, type StaticAssertOptions, type StaticAsserts } from "./forms/static-asserts.ts";
export {
  type HeaderTree,
  HeaderTreeError,
  headerTreeOf,
  readHeaderTree,
} from "./headers/preprocess/header-tree.ts";
export { HeaderReader, type ReadOptions, type ReadResult } from "./headers/read-headers.ts";
export { type Diagnostic, formatDiagnostic } from "./headers/tokens/diagnostics.ts";
export {
  type ArgumentField,
  type ArgumentList,
  allHypercalls,
  GNTTABOP_CMD_BITS,
  GRANT_TABLE_OP,
  grantTableOps,
  type Hypercall,
  hypercallOf,
  hypercalls,
  MEMOP_CMD_BITS,
  MEMORY_OP,
  MULTICALL,
  type Releases,
  type SubOp,
  subOpOf,
} from "./hypercalls/index.ts";
export { type Architecture, architectureOf, architectures } from "./model/architecture.ts";
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
} from "./model/field-of.ts";
export type { Abi, ArchitectureName, Field, Mode } from "./model/model.ts";
export { bundledViews, type ReleaseSource } from "./models/data/release-models.ts";
export {
  loadModel,
  nearestRelease,
  newestRelease,
  releaseSources,
  releases,
  UnknownModelError,
} from "./models/load-model.ts";
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
