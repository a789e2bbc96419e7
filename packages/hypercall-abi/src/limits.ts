/** Bounds on hostile input of this package: headers, model files, encoded models. */

/** Bytes of one header file; Xen's largest public header is under 100 kB. */
export const headerBytesMax = 1024 * 1024;
/** Header files in one tree; Xen has 77. */
export const headerFilesMax = 2_000;
/** Folders below the tree's root that are looked into. */
export const folderDepthMax = 8;
/** Bytes of all headers of one tree. */
export const treeBytesMax = 8 * 1024 * 1024;
/** Files inside files. */
export const includeDepthMax = 64;
/** Includes over the whole run: a header without a guard can include itself twice at every level. */
export const includeCountMax = 20_000;
/** Conditionals inside conditionals. */
export const conditionalDepthMax = 256;
/** Tokens that one top-level macro use may become. */
export const expansionTokensMax = 50_000;
/** Tokens that macros may make over the whole run. */
export const expansionTotalMax = 2_000_000;
/** Macros inside macros that are open at once. */
export const expansionDepthMax = 1_000;
/** Tokens of all files that are included, counted each time: real trees need under a million. */
export const includeTokensMax = 5_000_000;
/** Tokens that one header may become. */
export const headerTokensMax = 2_000_000;
/** Brackets inside brackets in an expression, aggregates inside aggregates, declarators inside declarators. */
export const nestingMax = 128;
/** Field rows of one aggregate after unnamed members are written out. */
export const fieldRowsMax = 10_000;
/** Field rows of one model. */
export const modelRowsMax = 1_000_000;
/** Bytes of one type. */
export const typeBytesMax = 2 ** 40;
/** Diagnostics kept; the rest is only counted. */
export const diagnosticsMax = 1_000;
/** Characters of a source line that a diagnostic quotes. */
export const quotedLineMax = 200;
/** Bits that one constant may be shifted by: wider is not C. */
export const shiftMax = 63;
/** Bytes of a model file. */
export const modelFileBytesMax = 64 * 1024 * 1024;
/** Typedefs of typedefs that are followed. */
export const typedefDepthMax = 64;
/** Lines of one doc comment that bindings repeat. */
export const docLinesMax = 60;
