/** Longest device tree file that is read; real ones stay below 300 kB, sources below 1 MB. */
export const TREE_BYTES_MAX = 64 * 1024 * 1024;
/** Nesting of nodes; Xen itself ignores nodes at depth 16 and below (DEVICE_TREE_MAX_DEPTH). */
export const TREE_DEPTH_MAX = 64;
/** Nodes of one tree; the largest real board trees hold about 3000. */
export const TREE_NODES_MAX = 200_000;
/** Properties of one tree. */
export const TREE_PROPERTIES_MAX = 1_000_000;
/** Entries of the memory reserve map. */
export const RESERVATIONS_MAX = 4096;
/** Longest node or property name. The specification allows 31 characters; kernels write longer ones. */
export const NAME_BYTES_MAX = 512;
/** Nesting of parentheses and operators in a cell expression of a source file. */
export const EXPRESSION_DEPTH_MAX = 64;
/** Bytes of one property value. */
export const PROPERTY_BYTES_MAX = 32 * 1024 * 1024;
/** Bus levels between a device and the root. */
export const BUS_LEVELS_MAX = TREE_DEPTH_MAX;
/** Address ranges taken from one property (`reg`, `ranges`, `xen,static-mem`, ...). */
export const RANGES_MAX = 4096;
/** Findings of one rule that are kept; further ones are counted in the last one's text. */
export const FINDINGS_PER_RULE_MAX = 200;
/** Longest boot log that is read. */
export const LOG_BYTES_MAX = 64 * 1024 * 1024;
/** Lines of a script or configuration of a boot loader. */
export const SCRIPT_LINES_MAX = 100_000;
/** Characters that variables may add to one word of a script; U-Boot's own lines have some hundred. */
export const EXPANSION_MAX = 1 << 14;
/** Variables of a script that are known. */
export const SCRIPT_VARIABLES_MAX = 1 << 12;
/** Lines of one console that are answered. */
export const CONSOLE_ANSWERS_MAX = 1000;
/** Characters of a line that symptoms are sought in. */
export const SYMPTOM_LINE_MAX = 2000;
/** First bytes of a module's file that are looked at. */
export const IMAGE_HEAD_BYTES = 64;
/** Domains of one plan. */
export const PLANNED_DOMAINS_MAX = 64;
/** Devices of one planned domain. */
export const PLANNED_DEVICES_MAX = 256;
/** Largest sets of constraints that are tried one by one for the smallest conflict. */
export const CONFLICT_SEARCH_MAX = 50_000;
/** Bus masters with protection windows. */
export const MASTERS_MAX = 4096;
