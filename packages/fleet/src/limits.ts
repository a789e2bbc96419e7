/** Bounds on what manifests, summaries, logs and a queue may make a fleet keep or wait for. */

/** Characters of one line of a manifest or of a file of summaries. */
export const LINE_CHARACTERS_MAX = 1 << 22;
/** Logs of one run. */
export const LOGS_PER_RUN_MAX = 64;
/** Keys that runs are grouped by. */
export const GROUP_KEYS_MAX = 64;
/** Different causes that one summary names; of further ones only the number is. */
export const CAUSES_PER_RUN_MAX = 1_000;
/** Bytes that the causes of one summary take as JSON; of further ones only the number is. A part of such summaries fits PART_BYTES_MAX. */
export const SUMMARY_BYTES_MAX = 1 << 19;
/** Different causes of a whole fleet; of further ones only the number of findings is. */
export const CAUSES_MAX = 100_000;
/** Values of one group key that a fleet counts apart; all others count as one. */
export const GROUP_VALUES_MAX = 10_000;
/** Different sub-ops that a fleet counts apart; all others count as one. */
export const SUB_OPS_MAX = 1_000;
/** Runs that ended without an answer and are named in a report; further ones are counted. */
export const FAILURES_SHOWN = 100;
/** Causes, and groups of each, that a page shows; further ones are counted. */
export const PAGE_CAUSES_MAX = 1_000;
export const PAGE_SHARES_MAX = 50;
/** Characters of a fleet's name in a queue. */
export const NAME_CHARACTERS_MAX = 100;
/** Runs that are queued, and whose summaries are kept, together. */
export const PART_RUNS = 500;
/** Bytes of one part's summaries, unpacked. */
export const PART_BYTES_MAX = 1 << 28;
/** Times that a run is tried whose failure may pass by itself. */
export const ATTEMPTS_MAX = 4;
/** Milliseconds before the second try; twice as long before each further one. */
export const RETRY_MS = 1_000;
/** Times that a run is taken up again whose worker went away in the middle of it. */
export const STALLED_MAX = 3;
/** Milliseconds after which a run counts as left alone by its worker; a living worker renews it in time. */
export const LOCK_MS = 10_000;
/** Milliseconds between two looks for runs that were left alone. */
export const STALLED_CHECK_MS = 5_000;
/** Milliseconds between two looks for parts that would never have an end, of all workers together, and how many are looked at. */
export const LOOK_MS = 5_000;
export const PARTS_LOOKED_AT = 4;
/** Events that each queue keeps for those that listen. */
export const EVENTS_KEPT = 100;
/**
 * What a server may make a worker wait for and take: milliseconds until its answer, until it says which state a log is in, between two
 * pieces and for all of a log; bytes.
 */
export const REMOTE_BOUNDS = {
  answerMs: 30_000,
  stateMs: 5_000,
  pieceMs: 30_000,
  wholeMs: 3_600_000,
  bytes: 2 ** 34,
  /** Times that a log is asked for from where it broke off; milliseconds before the first of them, twice as long before each further. */
  resumes: 4,
  resumeMs: RETRY_MS,
} as const;
/** Files whose states are remembered while runs are looked at; they are looked at again beyond that. */
export const FILES_STAMPED = 1_000;
/** Runs whose files are looked at at a time. */
export const RUNS_STAMPED = 32;
/** Characters of what a server calls a state of a log. */
export const STAMP_CHARACTERS_MAX = 200;
