/** What tools/import-models.ts needs and the command line does not. */

export { type HeaderTree, headerTreeOf, readHeaderTree } from "../headers/preprocess/header-tree.ts";
export { HeaderReader } from "../headers/read-headers.ts";
export { formatDiagnostic } from "../headers/tokens/diagnostics.ts";
export { bundledViews, type ReleaseModels, type ReleaseSource } from "./data/release-models.ts";
export { decodeModel, decodePool } from "./decode-models.ts";
export { type EncodedModels, encodeModels } from "./encode-models.ts";
export { itemsOf } from "./item.ts";
