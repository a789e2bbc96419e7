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
/** Bytes of an unpacked kernel Image. */
export const KERNEL_IMAGE_BYTES_MAX = 256 << 20;
/** Bytes of a guest's symbol table. */
export const SYMBOLS_BYTES_MAX = 64 << 20;
/** Seconds that a second recorder may add to a scenario: trace-cmd reads all event formats, a minute under emulation. */
export const RECORDER_SECONDS_MAX = 180;
/** KiB of ring buffer per CPU that a tracefs recorder asks for. */
export const TRACE_BUFFER_KIB = 16 << 10;
