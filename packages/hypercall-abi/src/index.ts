export { type Architecture, architectureOf, architectures } from "./architecture.ts";
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
export type * from "./model.ts";
export {
  loadModel,
  nearestRelease,
  newestRelease,
  releaseSources,
  releases,
  UnknownModelError,
} from "./models/load-model.ts";
export { bundledViews, type ReleaseSource } from "./models/release-models.ts";
export { renderStaticAsserts, type StaticAssertOptions, type StaticAsserts } from "./static-asserts.ts";
