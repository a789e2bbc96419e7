/** Bounds on what input may make the command keep or print. */

/** Findings of one rule that are kept for the report; further ones are only counted. */
export const FINDINGS_PER_RULE_KEPT = 10_000;
/** Latest calls whose place is remembered, so that findings can name what caused them. */
export const CALLS_REMEMBERED = 1 << 20;
/** Calls under way whose arguments are held until their result is listed. */
export const CALLS_LISTED_MAX = 1 << 16;
/** Unreadable places of one log that are printed; further ones are counted. */
export const PROBLEMS_SHOWN = 10;
/** Bytes of a domain file: DomainSpecs and boot logs are some kilobytes. */
export const DOMAIN_FILE_BYTES_MAX = 64 << 20;
/** Tasks and threads that `info` lists; further ones are counted. */
export const THREADS_LISTED = 50;
/** Different threads that `info` counts apart. */
export const THREADS_MAX = 1 << 16;
/** Replays at a time that --jobs may ask for. */
export const JOBS_MAX = 256;
/** Links that are followed from the name of an output to a file that is not there yet, as many as Linux follows. */
export const LINKS_MAX = 40;
