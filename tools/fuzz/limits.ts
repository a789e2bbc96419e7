/** Bounds of the fuzzer's own, and what a command may use of a machine. */

/** Seconds of processor time that one input may take. */
export const INPUT_SECONDS_MAX = 5;
/** Seconds of processor time after which an input is given up. */
export const HANG_SECONDS = 8;
/** Bytes of memory that the process may hold at any time. */
export const INPUT_BYTES_MAX = 1024 ** 3;
/** Bytes of what a command prints that are kept and looked at. */
export const OUTPUT_BYTES_MAX = 64 << 20;
/** Bytes of a seed: what is longer is cut, so that an input takes milliseconds. */
export const SEED_BYTES_MAX = 6 << 10;
/** Inputs of one target in a row, and seconds after which no further one is begun. */
export const ROUND_INPUTS_MAX = 1000;
export const ROUND_SECONDS = 1;
/** Inputs of a reader of one small file for each one of a command, where their number is bounded: a command takes much longer. */
export const READER_SHARE = 2;
/** Processes at a time. */
export const JOBS_MAX = 64;
/** Seconds between two words about how far a long run is. */
export const PROGRESS_SECONDS = 60;
/** Tries, and seconds of them, at making a found input smaller. */
export const SHRINK_TRIES_MAX = 400;
export const SHRINK_SECONDS_MAX = 90;
/** Findings of one run: a fault that is met everywhere must not fill the disk. */
export const FINDINGS_MAX = 20;
