/** Bounds on the state that a log can make us keep. */

/**
 * Leaves of 64 gfns in all domains' exception trees, about 240 MB, twice that once all were granted and let go; beyond, all is forgotten. They hold 64 GiB of frames that
 * were changed one by one (10 million grants mapped at once among them), or up to 4 TiB that were changed by whole leaves.
 */
export const P2M_LEAVES_MAX = 1 << 18;
/** Bytes of columns that are kept for the next states of a thread, and of the least of them. */
export const SPARE_COLUMNS_BYTES_MAX = 8 << 20;
export const SPARE_COLUMN_BYTES_MIN = 4 << 10;
/** Handles below this are kept in a dense table from the start; Xen's default limit is 1024 frames of 256 handles. */
export const DENSE_HANDLES_FIRST = 1 << 20;
/** Handles below this are kept there once so many are live: a log with one large number must not take memory for all below. */
export const DENSE_HANDLES_MAX = 1 << 24;
/** Handles beyond those of the dense table that are followed at once. */
export const SPARSE_HANDLES_MAX = 1 << 20;
/** Pages of one multi-page entry of a guest's own table that are followed. */
export const GUEST_ENTRY_PAGES_MAX = 1 << 18;
/** Entries of a guest's own table that are followed at once: one for each grant that P2M_LEAVES_MAX leaves room for. */
export const GUEST_ENTRIES_MAX = 1 << 24;
/** Those of gfns that no call has changed, which take more memory. */
export const GUEST_ENTRIES_OUTSIDE_MAX = 1 << 20;
/** Grant entries of one domain that are followed at once (Xen's default table has 64 frames of 512). */
export const GRANT_ENTRIES_MAX = 1 << 20;
/** Pages of one domain that the secure world has and that are followed at once (OP-TEE may have 16384: arch/arm/tee/optee.c). */
export const SHARED_PAGES_MAX = 1 << 16;
/** Pages with a DMA under way that are followed. */
export const DMA_PAGES_MAX = 1 << 20;
/** Pages of one DMA segment that are looked at (64 MiB); the rest is counted. */
export const SEGMENT_PAGES_MAX = 1 << 14;
/** Different hypercalls and sub-ops that are counted by name; the rest is counted together. */
export const CALL_NAMES_MAX = 1 << 10;
/** Domains of one run. */
export const DOMAINS_MAX = 1 << 12;
/** Frames of one extent that are followed one by one (order 20; Xen's own limit is order 18). */
export const EXTENT_FRAMES_MAX = 1 << 20;
/**
 * Frames of one call that are followed one by one, 4 GiB: as many as a toolstack populates at a time (libxenguest's
 * xg_dom_arm.c:populate_guest_memory). A call that names more makes all unknown. One event is not cut into slices: this and the
 * bounds below keep it under half a second, so that signals are heard within one.
 */
export const CALL_FRAMES_MAX = 1 << 20;
/** Ops of one grant_table_op that are followed (Linux: 512 at most); a call with more makes all unknown. */
export const CALL_OPS_MAX = 1 << 17;
/** Pages of all segments of one DMA event that are looked at (1 GiB); the rest is counted. */
export const DMA_EVENT_PAGES_MAX = 1 << 18;
/** Frames of released handles that are remembered; the oldest are dropped when there are more. */
export const RELEASED_FRAMES_MAX = 1 << 16;
/** Calls under way at once; the oldest is given up when there are more. */
export const CALLS_UNDER_WAY_MAX = 1 << 14;
/** Slots of one key that are gone through: DMAs of one page, maps of one ref (Xen counts up to 255 pins of a kind). */
export const SLOTS_PER_KEY_VISITED = 1 << 10;
/** Frames of large extents (32 GiB) that one replay follows one by one; then calls with such make all unknown. */
export const LARGE_EXTENT_FRAMES_MAX = 1 << 23;
/** Frames of an extent that always are followed: order 6. */
export const SMALL_EXTENT_FRAMES = 1 << 6;
/** Pages of large entries of guests' own tables that one replay follows; then only the first pages of each. */
export const LARGE_ENTRY_PAGES_MAX = 1 << 22;
/** Pages of an entry that always are followed. Linux makes no entry of more than one. */
export const SMALL_ENTRY_PAGES = 1 << 4;
/** Devices whose addresses are compared with each other. */
export const DMA_DEVICES_MAX = 1 << 10;
/** Pages of large DMA segments (16 GiB) that one replay looks at; then only the first pages of each. */
export const LARGE_SEGMENT_PAGES_MAX = 1 << 22;
/** Pages of a DMA segment that always are looked at (128 KiB). */
export const SMALL_SEGMENT_PAGES = 1 << 5;
/** Frames that one rule waits for a use of; the oldest are dropped when there are more. */
export const MARKED_FRAMES_MAX = 1 << 20;
/** Frames of one short reservation call that are marked (Linux with 64 KiB pages: 512 extents of 16 frames). */
export const SHORT_CALL_FRAMES_MAX = 1 << 13;
/** Domains among whose live maps one of a given frame is looked for. */
export const MAPPERS_SEARCHED = 1 << 4;
/** Rows before a note of lost records among which its CPU's last event is looked for. */
export const LOSS_ROWS_BACK_MAX = 1 << 10;
