/** What tools/import-models.ts needs and the command line does not. */
export { formatDiagnostic } from "../headers/diagnostics.ts";
export { type HeaderTree, headerTreeOf, readHeaderTree } from "../headers/header-tree.ts";
export { HeaderReader } from "../headers/read-headers.ts";
export { decodeModel, decodePool } from "./decode-models.ts";
export { type EncodedModels, encodeModels } from "./encode-models.ts";
export { itemsOf } from "./item.ts";
export { bundledViews, type ReleaseModels, type ReleaseSource } from "./release-models.ts";
