/** Longest device tree file that is read; real ones stay below 300 kB, sources below 1 MB. */
export const MAX_TREE_BYTES = 64 * 1024 * 1024;
/** Nesting of nodes; Xen itself ignores nodes at depth 16 and below (DEVICE_TREE_MAX_DEPTH). */
export const MAX_TREE_DEPTH = 64;
/** Nodes of one tree; the largest real board trees hold about 3000. */
export const MAX_TREE_NODES = 200_000;
/** Properties of one tree. */
export const MAX_TREE_PROPERTIES = 1_000_000;
/** Entries of the memory reserve map. */
export const MAX_RESERVATIONS = 4096;
/** Longest node or property name. The specification allows 31 characters; kernels write longer ones. */
export const MAX_NAME_BYTES = 512;
/** Nesting of parentheses and operators in a cell expression of a source file. */
export const MAX_EXPRESSION_DEPTH = 64;
/** Bytes of one property value. */
export const MAX_PROPERTY_BYTES = 32 * 1024 * 1024;
/** Bus levels between a device and the root. */
export const MAX_BUS_LEVELS = MAX_TREE_DEPTH;
/** Address ranges taken from one property (`reg`, `ranges`, `xen,static-mem`, ...). */
export const MAX_RANGES = 4096;
/** Findings of one rule that are kept; further ones are counted in the last one's text. */
export const MAX_FINDINGS_PER_RULE = 200;
/** Longest boot log that is read. */
export const MAX_LOG_BYTES = 64 * 1024 * 1024;
/** Lines of a boot log that symptoms are sought in. */
export const MAX_LOG_LINES = 1_000_000;
/** Domains of one plan. */
export const MAX_PLANNED_DOMAINS = 64;
/** Devices of one planned domain. */
export const MAX_PLANNED_DEVICES = 256;
/** Largest sets of constraints that are tried one by one for the smallest conflict. */
export const MAX_CONFLICT_SEARCH = 50_000;
/** Bus masters with protection windows. */
export const MAX_MASTERS = 4096;
