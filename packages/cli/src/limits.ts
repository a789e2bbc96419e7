/** Bounds on what input may make the command keep or print. */

/** Unreadable places of one log that are printed; further ones are counted. */
export const PROBLEMS_SHOWN = 10;
/** Tasks and threads that `info` lists; further ones are counted. */
export const THREADS_LISTED = 50;
/** Replays at a time that --jobs may ask for. */
export const JOBS_MAX = 256;
/** Links that are followed from the name of an output to a file that is not there yet, as many as Linux follows. */
export const LINKS_MAX = 40;
/** Milliseconds after the first interrupt within which a report of what was read must be out. */
export const INTERRUPT_MS = 500;
/** Bytes of a repository's settings (xgt.config.json). */
export const CONFIG_BYTES_MAX = 1 << 20;
/**
 * MiB that the objects of one run of a fleet may take unless --memory says otherwise; a run that needs more has no answer, and the
 * others go on. From 2048 on V8 lets the heap of a thread grow as fast as that of a process; below it collects garbage more often,
 * which takes a third more of the processor at 1024.
 */
export const FLEET_RUN_MEMORY = 2048;
/** The most that --memory may say. */
export const FLEET_RUN_MEMORY_MAX = 1 << 20;
/** Seconds that the replay of one run of a fleet may take unless --run-seconds says otherwise, and the most that it may say. */
export const FLEET_RUN_SECONDS = 3_600;
export const FLEET_RUN_SECONDS_MAX = 7 * 86_400;
/** Milliseconds that a command other than `fleet work` waits for a Redis that went away. */
export const FLEET_RECONNECT_MS = 60_000;
/** Days that the results of a queued fleet are kept, unless it says otherwise, and the most that it may say. */
export const FLEET_KEEP_DAYS = 30;
export const FLEET_KEEP_DAYS_MAX = 3_650;
/** Runs a second that a rate may ask for. */
export const FLEET_RATE_MAX = 1_000_000;
/** Files of domains that a fleet keeps read. */
export const FLEET_DOMAIN_FILES_KEPT = 1_000;
/** Bytes of an input from which on V8 compiles for a long run. */
export const LONG_INPUT_BYTES = 8 << 20;
/**
 * Bytes of bytecode that a function runs in a long run before V8 looks whether to optimize it, some four times as many as by
 * itself. Of a replay of a million operations V8 then optimizes 13 functions, not 72. With twice as many, logs in which much is to
 * be found take more of the processor.
 */
export const INTERRUPT_BUDGET = 500_000;
/** Bytes of the compiled code that one start takes from a file; V8's are at most about as many as the program's text has. */
export const CODE_CACHE_BYTES_MAX = 64 << 20;
/** Milliseconds after its start within which a run's compiled code is kept: V8 drops what has not run for a while. */
export const CODE_CACHE_RUN_MS = 3_000;
/** Files of compiled code that are kept, each of one command, of one program and one Node. */
export const CODE_CACHES_KEPT = 32;
