/** Bounds on time and output of what the lab runs. */

/** Seconds that a build or package tool may take. */
export const TOOL_SECONDS_MAX = 600;
/** Seconds from QEMU's start to the guest's shell; QEMU's TCG on a busy machine needs about 40. */
export const BOOT_SECONDS_MAX = 300;
/** Seconds that a scenario may take once the guest is up, unless it says otherwise. */
export const SCENARIO_SECONDS = 300;
/** Bytes of a machine's console that are kept; the end is what tells why a guest stopped. */
export const CONSOLE_BYTES_MAX = 8 << 20;
/** Lines of the console that an error shows. */
export const CONSOLE_TAIL_LINES = 25;
/** Bytes of a tool's output that an error shows. */
export const TOOL_OUTPUT_SHOWN = 2000;
/** Bytes of a kernel's file, and of the Image that it unpacks to. */
export const KERNEL_IMAGE_BYTES_MAX = 256 << 20;
/** Bytes of a kernel's symbol table. */
export const SYMBOLS_BYTES_MAX = 64 << 20;
/** Symbols that are kept of a kernel. Debian's have some 200,000. */
export const KERNEL_SYMBOLS_MAX = 1 << 21;
/** Bytes of a symbol's or section's name in a module. Linux's own bound is 512 (include/linux/kallsyms.h@L6.12). */
export const SYMBOL_NAME_MAX = 512;
/** Calls of one kernel or module that are looked at; Linux's own are some 50. */
export const CALL_SITES_MAX = 1 << 12;
/** Bytes of a file that are read at a time. */
export const READ_BYTES = 1 << 20;
/** Seconds that each recorder beside the module may add to a scenario: trace-cmd reads all event formats, a minute under emulation. */
export const RECORDER_SECONDS_MAX = 180;
/** Seconds that bpftrace may add: it compiles its program in the guest, minutes under emulation on a busy machine. */
export const BPFTRACE_SECONDS_MAX = 900;
/** MiB of ring buffer per CPU that perf gets. */
export const PERF_BUFFER_MIB = 8;
/** KiB of ring buffer per CPU that a tracefs recorder asks for. */
export const TRACE_BUFFER_KIB = 16 << 10;

/** Limit of a run of a guest's own image, where the user gives none. */
export const IMAGE_SECONDS_MAX = 60;

/** Elements of a list, and ops of a call, that a bpftrace program reads: Linux's balloon passes 512, and BPF's loops must end. */
export const BPFTRACE_LOOP_MAX = 512;

/** Places of an Image that look like the beginning of its symbols' names and are read as such. */
export const IMAGE_SYMBOLS_TRIES_MAX = 64;
