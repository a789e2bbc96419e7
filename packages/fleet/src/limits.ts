/** Bounds on what manifests and summaries may make a fleet keep. */

/** Characters of one line of a manifest or of a file of summaries. */
export const LINE_CHARACTERS_MAX = 1 << 22;
/** Logs of one run. */
export const LOGS_PER_RUN_MAX = 64;
/** Keys that runs are grouped by. */
export const GROUP_KEYS_MAX = 64;
/** Different causes that one summary names; of further ones only the number is. */
export const CAUSES_PER_RUN_MAX = 1_000;
/** Different causes of a whole fleet; of further ones only the number of findings is. */
export const CAUSES_MAX = 100_000;
/** Values of one group key that a fleet counts apart; all others count as one. */
export const GROUP_VALUES_MAX = 10_000;
/** Runs that ended without an answer and are named in a report; further ones are counted. */
export const FAILURES_SHOWN = 100;
