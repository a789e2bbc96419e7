/** Bounds on hostile input of this package: headers, model files, encoded models. */

/** Bytes of one header file; Xen's largest public header is under 100 kB. */
export const HEADER_BYTES_MAX = 1024 * 1024;
/** Header files in one tree; Xen has 77. */
export const HEADER_FILES_MAX = 2_000;
/** Folders below the tree's root that are looked into. */
export const FOLDER_DEPTH_MAX = 8;
/** Bytes of all headers of one tree. */
export const TREE_BYTES_MAX = 8 * 1024 * 1024;
/** Files inside files. */
export const INCLUDE_DEPTH_MAX = 64;
/** Includes over the whole run: a header without a guard can include itself twice at every level. */
export const INCLUDE_COUNT_MAX = 20_000;
/** Conditionals inside conditionals. */
export const CONDITIONAL_DEPTH_MAX = 256;
/** Tokens that one top-level macro use may become. */
export const EXPANSION_TOKENS_MAX = 50_000;
/** Tokens that macros may make over the whole run. */
export const EXPANSION_TOTAL_MAX = 2_000_000;
/** Macros inside macros that are open at once. */
export const EXPANSION_DEPTH_MAX = 1_000;
/** Tokens of all files that are included, counted each time: real trees need under a million. */
export const INCLUDE_TOKENS_MAX = 5_000_000;
/** Tokens that one header may become. */
export const HEADER_TOKENS_MAX = 2_000_000;
/** Brackets inside brackets in an expression, aggregates inside aggregates, declarators inside declarators. */
export const NESTING_MAX = 128;
/** Field rows of one aggregate after unnamed members are written out. */
export const FIELD_ROWS_MAX = 10_000;
/** Field rows of one model. */
export const MODEL_ROWS_MAX = 1_000_000;
/** Bytes of one type. */
export const TYPE_BYTES_MAX = 2 ** 40;
/** Diagnostics kept; the rest is only counted. */
export const DIAGNOSTICS_MAX = 1_000;
/** Characters of a source line that a diagnostic quotes. */
export const QUOTED_LINE_MAX = 200;
/** Bits that one constant may be shifted by: wider is not C. */
export const SHIFT_MAX = 63;
/** Bytes of a model file. */
export const MODEL_FILE_BYTES_MAX = 64 * 1024 * 1024;
/** Typedefs of typedefs that are followed. */
export const TYPEDEF_DEPTH_MAX = 64;
/** Lines of one doc comment that bindings repeat. */
export const DOC_LINES_MAX = 60;
/** Items that one language cannot say and that are left out of its bindings: more is no longer the interface. */
export const LEFT_OUT_MAX = 200;
/** Names whose pairs of letters are kept while models are compared. A release has some 4,000. */
export const COMPARED_NAMES_MAX = 1 << 14;
