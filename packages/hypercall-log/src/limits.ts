/** Bounds on what a log may make us keep or build. Beyond them input is counted as skipped or corrupt, never followed. */

/** Different task and device names kept for one run. */
export const STRINGS_MAX = 1 << 16;
/** Bytes of one line of a text log. A grant batch of 512 ops with results takes some 60 kB. */
export const LINE_BYTES_MAX = 64 << 20;
/** Problems (corrupt lines and the like) kept with their place; further ones are only counted. */
export const PROBLEMS_MAX = 100;
/** Elements of one list, and ops of one batch, that a reader takes. Xen's own bound on nr_extents is 0x3ffffff. */
export const ELEMENTS_MAX = 1 << 24;
/** Calls under way at once that are held for their other half. */
export const CALLS_UNDER_WAY_MAX = 1 << 16;
/** Milliseconds of work without a pause after which signals and timers get their turn. */
export const SLICE_MS = 50;
/** Bytes read from a file at a time. */
export const READ_BYTES = 1 << 20;
/** Buffers of that size, and batches of events, that a thread keeps for its next logs, and bytes of such a batch. */
export const SPARE_BUFFERS_MAX = 2;
export const SPARE_BATCHES_MAX = 2;
/** Memories of WebAssembly (8 MiB each) in which lines are read. */
export const SPARE_MEMORIES_MAX = 2;
export const SPARE_BATCH_BYTES_MAX = 8 << 20;
/** Milliseconds without input after which what has come is replayed, and between two looks at a file that is followed. */
export const PAUSE_MS = 200;
export const FOLLOW_POLL_MS = 100;
/** Bytes of a file's beginning by which its format is told. */
export const SNIFF_BYTES = 64 << 10;
/** Bytes of one line that is read in the general way, as an object; longer ones must have the form that recorders write. */
export const OBJECT_LINE_BYTES_MAX = 8 << 20;
/** Characters kept of a task's or device's name, or of a mark's text. */
export const TEXT_MAX = 4096;
/** Bytes of such a text in UTF-8. */
export const TEXT_BYTES_MAX = 3 * TEXT_MAX;
/** Different reasons for which records are counted as skipped; further ones share one counter. */
export const SKIP_REASONS_MAX = 64;
/** Names whose bytes are remembered, to find their string without decoding them. */
export const NAMES_REMEMBERED = 256;
/** Compressed bytes that are decompressed at a time: at most some thousand times as many come out. */
export const COMPRESSED_PIECE_BYTES = 8 << 10;
/** Bytes from a line's start within which the head of a line of tracefs text ends its task's name. */
export const LINE_HEAD_BYTES_MAX = 256;
/** Arrays of 64 words into which probes may cut one list: 1024 elements; Linux's lists have 512 at most. */
export const FTRACE_CHUNKS_MAX = 16;
/** Elements of one list, and words of one call's ops, that bpftrace's lines may give; and bytes of such a line. */
export const BPFTRACE_ELEMENTS_MAX = 1 << 14;
export const BPFTRACE_LINE_BYTES_MAX = 1 << 16;
/** Nanoseconds, and events, within which bpftrace's lines of several CPUs are put in order. */
export const BPFTRACE_WINDOW_NANOSECONDS = 2_000_000_000n;
export const BPFTRACE_HELD_EVENTS_MAX = 1 << 14;
/** CPUs of a file of xentrace's: Xen is built for 4095 at most. */
export const XENTRACE_CPUS_MAX = 4096;
/** Different event names of a trace that are remembered. */
export const FTRACE_NAMES_MAX = 512;
/** Pages or bus addresses of one DMA event. Linux prints 128 of them at most. */
export const DMA_SEGMENTS_MAX = 1 << 16;
/** Events of one log that a merge holds while it looks for calls that other logs hold too, and the words of their payloads. */
export const MERGE_WINDOW_EVENTS = 1 << 16;
export const MERGE_WINDOW_WORDS = 1 << 23;
/** Events that a merge holds in one piece. */
export const MERGE_SEGMENT_EVENTS = 1 << 12;
/** Events of one batch of a merged log. */
export const MERGE_BATCH_EVENTS = 1 << 13;
/** Calls of a thread in each log that are aligned to tell which are one. */
export const MERGE_ALIGN_CALLS = 24;
/** Calls of one log that are looked through for the like of another log's call where clocks do not tell the place. */
export const MERGE_LOOKAHEAD_CALLS = 1 << 12;
/** Calls of a log whose clock differences to like calls are put to the vote. */
export const MERGE_VOTES = 64;
/** Calls in a row without a copy at the clocks' difference after which that is measured anew. */
export const MERGE_DOUBTS = 8;
/** Shared calls that tell the clocks' difference of the moment: clocks drift. */
export const MERGE_CLOCK_CALLS = 64;
/** Seconds by which the times of one call in two logs may differ from the clocks' difference. */
export const MERGE_MATCH_SECONDS = 0.25;
/** DMAs and p2m updates of each log that are remembered, to find the same event in the other log. */
export const MERGE_REPEATS_EVENTS = 1 << 12;
/** Domains that a boot log may describe, and banks or regions of one of them. Xen has room for 256 banks. */
export const BOOT_LOG_DOMAINS_MAX = 4096;
export const BOOT_LOG_RANGES_MAX = 4096;
/** Characters of a boot log's line that are looked at, and before which Xen's prefix stands. */
export const BOOT_LOG_LINE_MAX = 2048;
export const BOOT_LOG_PREFIX_MAX = 160;
/** Lines of a boot log that are read. */
export const BOOT_LOG_LINES_MAX = 1_000_000;
/** Events and words of payloads after which a block of an .xhl is full. */
export const XHL_BLOCK_EVENTS = 1 << 15;
export const XHL_BLOCK_WORDS = 1 << 22;
/** Rows of a block that is read: those of the batch that filled it come on top. */
export const XHL_BLOCK_ROWS_MAX = 1 << 20;
/** Different names that one block of an .xhl may hold: as many as a run has. */
export const XHL_BLOCK_STRINGS_MAX = STRINGS_MAX + 1;
/** Bytes of one field of an .xhl, and that one block may unpack to. */
export const XHL_FIELD_BYTES_MAX = 1 << 28;
export const XHL_BLOCK_BYTES_MAX = 1 << 28;
/** Bytes of the footer of an .xhl: some 32 a block. */
export const XHL_FOOTER_BYTES_MAX = 1 << 26;
/** Bytes of an .xhl that are read behind those that are wanted: the next block's head is some 60. */
export const XHL_AHEAD_BYTES = 128;
/** Elements of one run of an .xhl; longer ones are several. So a byte of a file unpacks to no more by runs than by gzip. */
export const XHL_RUN_MAX = 1024;
/** Bytes of a trace.dat that are read, and that its compressed parts may unpack to: its CPUs' buffers are merged as a whole. */
export const TRACE_DAT_BYTES_MAX = 1 << 30;
/** Event formats of a trace.dat, as many as there are numbers for them, and threads with a name. */
export const TRACE_DAT_FORMATS_MAX = 1 << 16;
export const TRACE_DAT_TASKS_MAX = 1 << 18;
/** Bytes of all that a trace.dat says beside its CPUs' buffers, unpacked: event formats take some 4 MiB. */
export const TRACE_DAT_TEXT_BYTES_MAX = 64 << 20;
/** Characters of a trace.dat's clock's name. */
export const TRACE_DAT_CLOCK_MAX = 64;
/** Bytes of one ring-buffer page of a trace.dat. Linux's are as large as its pages, 64 KiB at most, or some of them. */
export const TRACE_PAGE_BYTES_MAX = 16 << 20;
/** CPUs and instances of a trace.dat whose buffers are merged, and sections of options. */
export const TRACE_DAT_BUFFERS_MAX = 1 << 14;
export const TRACE_DAT_OPTION_SECTIONS_MAX = 1 << 10;
/** Members of one event's format. Linux's probe events have 128 at most. */
export const TRACE_FORMAT_MEMBERS_MAX = 512;
/** Events of a trace.dat that are put into one batch. */
export const TRACE_DAT_BATCH_EVENTS = 1 << 12;

/** Recorders whose line numbers are followed in one log, one a domain. */
export const NUMBERED_RECORDERS_MAX = 1024;

/** Bytes of a console before its first event that are kept, to be read as Xen's boot log. */
export const CONSOLE_BOOT_BYTES_MAX = 4 << 20;
/** Bytes of a console within which headers of several guests are one log's header; its events wait until then. */
export const CONSOLE_HEADERS_BYTES = 1 << 20;
/** Guests of one console whose lines are put together side by side. */
export const CONSOLE_SPEAKERS_MAX = 256;

/** Layouts of a text log's lines that are remembered: of what stands before the time, and behind it. */
export const TEMPLATE_HEADS_MAX = 1024;
export const TEMPLATE_BODIES_MAX = 64;
/** Bytes of a line from which a layout is learnt, and lines of one log that are looked at for one. */
export const TEMPLATE_LINE_BYTES_MAX = 64 << 10;
export const TEMPLATE_LESSONS_MAX = 2048;
