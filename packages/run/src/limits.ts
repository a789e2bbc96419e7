/** Bounds on what the logs of a run may make a replay keep beside the state of its domains. */

/** Findings of one rule that are kept for the report; further ones are counted, and the report says so. */
export const FINDINGS_PER_RULE_MAX = 10_000;
/** Frames of one device and cause that have findings of their own; with more, one finding stands for all. */
export const FRAMES_TOLD_APART = 16;
/** Latest events of which calls, DMAs and guest entries are remembered, so that findings can name what caused them. */
export const EVENTS_REMEMBERED = 1 << 20;
/** Blocks of 4096 such events (120 kB) that a thread keeps for its next runs. */
export const SPARE_BLOCKS_MAX = 4;
/** Runs of changes (about 30 bytes each) kept of one event; of further ones only their number and range is. */
export const CHANGE_RUNS_MAX = 1 << 20;
/** Runs of changes shown of one event; further ones are counted. */
export const CHANGE_RUNS_SHOWN = 64;
/** Bytes of a domain file: DomainSpecs and boot logs are some kilobytes. */
export const DOMAIN_FILE_BYTES_MAX = 64 << 20;
/** Different threads of a log that are counted apart. */
export const THREADS_MAX = 1 << 16;
/** Causes of findings that a run remembers; further ones cannot be accepted by name. */
export const CAUSES_MAX = 10_000;
/** Bytes of a file with accepted findings. */
export const BASELINE_BYTES_MAX = 16 * 1024 * 1024;
