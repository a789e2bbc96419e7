export { type AuditOptions, auditHeaders, auditRust } from "./audit/audit-headers.ts";

export type { AuditReport } from "./audit/audit-report.ts";
export { renderAudit } from "./audit/render-audit.ts";
export { isSameBytes } from "./audit/same-bytes.ts";
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
export { type AbiViews, diffAbi, ViewMismatchError } from "./diff/diff-abi.ts";
export { type DiffFormat, renderAbiDiff } from "./diff/render-diff.ts";
export {
  DOMID_FIRST_RESERVED,
  DOMID_INVALID,
  DOMID_IO,
  DOMID_MAX,
  DOMID_SELF,
  DOMID_XEN,
} from "./facts/domids.ts";
export { Errno } from "./facts/errno.ts";
export { XENFEAT_DIRECT_MAPPED, XENFEAT_NOT_DIRECT_MAPPED } from "./facts/features.ts";
export { Gntcopy, Gntmap, Gntst, GnttabCache, gntstName } from "./facts/grant-numbers.ts";
export {
  type BigGuestWindow,
  bigGuestMap,
  GUEST_VPL011_SPI,
  type GuestWindow,
  type GuestWindowName,
  guestMap,
} from "./facts/guest-map.ts";
export { GRANT_TABLE_STATUS_INDEX, MapSpace, MemFlag, MemoryResource } from "./facts/memory-numbers.ts";
export { PAGE_SHIFT, PAGE_SIZE, SUPERPAGE_SIZE } from "./facts/page.ts";
export {
  DEVELOPMENT_RELEASE,
  knownRelease,
  modelSources,
  NEWEST_RELEASE,
  nearestRelease,
  newestRelease,
  parseRelease,
  type ReleaseReading,
  type ReleaseText,
  readRelease,
  releaseName,
  releaseNumbers,
  releases,
  since,
  UnknownReleaseError,
  type XenRelease,
} from "./facts/xen-release.ts";
export { type LoadedViews, loadViews } from "./forms/load-views.ts";
export { ModelFileError, readModelFile, writeModelFile } from "./forms/model-file.ts";
export { renderAbi, type ShowOptions } from "./forms/show.ts";
export { renderHistory } from "./forms/show-history.ts";
export { renderStaticAsserts, type StaticAssertOptions, type StaticAsserts } from "./forms/static-asserts.ts";
export { type TypeNames, typeNameSets } from "./headers/expressions/customary-types.ts";
export {
  type HeaderTree,
  HeaderTreeError,
  headerTreeOf,
  readHeaderTree,
  readRustModules,
} from "./headers/preprocess/header-tree.ts";
export { type GivenNames, HeaderReader, type ReadOptions, type ReadResult } from "./headers/read-headers.ts";
export { type Diagnostic, formatDiagnostic } from "./headers/tokens/diagnostics.ts";
export {
  type ArgumentField,
  type ArgumentList,
  allHypercalls,
  Domctl,
  decodedSubOps,
  GNTTABOP_CMD_BITS,
  GRANT_TABLE_OP,
  GrantTableOp,
  grantTableOps,
  type Hypercall,
  hypercallOf,
  hypercalls,
  MEMOP_CMD_BITS,
  MEMORY_OP,
  MemoryOp,
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
export { isUnread } from "./model/unread.ts";
export { bundledViews, type ReleaseSource } from "./models/data/release-models.ts";
export { loadModel, modelsOf, UnknownModelError } from "./models/load-model.ts";
export {
  BindingError,
  type Bindings,
  bind,
  docComments,
  type EmitOptions,
  EXCLUDED,
  type LeftOut,
  makePlan,
  type PlanOptions,
  type ShimPlan,
  shimPlan,
  type Target,
  targets,
} from "./targets/index.ts";
