/** Bounds on what a run may make its page keep, beside those of the replay. */

/** Events that a page lists; further ones are counted, and the page says so. */
export const EVENTS_MAX = 1 << 24;
/** Runs of changes that a page holds; further ones are counted, and the page says so. */
export const CHANGES_MAX = 1 << 23;
/** DMA maps, and entries of guests' own tables, that a page holds; further ones are counted, and the page says so. */
export const TRANSFERS_MAX = 1 << 23;
/** Findings with all their repetitions that are placed on the map. */
export const HITS_MAX = 1 << 18;
/** Marks of a recorder that a page shows. */
export const MARKS_MAX = 1 << 12;
/** Bytes of the texts of calls, before they are packed. */
export const TEXT_BYTES_MAX = 1 << 26;
/** DMA maps under way at once that are joined with their unmaps. */
export const OPEN_TRANSFERS_MAX = 1 << 20;
/** Different names (tasks, devices, calls) of one page. */
export const NAMES_MAX = 1 << 16;
/** Findings whose full text a page holds; the gravest ones stay. */
export const FINDINGS_MAX = 5_000;
/** Bytes of a page, unless it is to be whole. */
export const PAGE_BYTES_MAX = 30_000_000;
/** Lanes of one CPU or device on a timeline, for what overlaps; what finds none is left out of the lanes and counted. */
export const LANES_MAX = 1 << 8;
/** Spans of one lane that are remembered to see whether an earlier beginning holds them. */
export const ROOTS_REMEMBERED = 1 << 6;
/** Latest calls of a timeline from which an arrow to a finding can start. */
export const CAUSES_REMEMBERED = 1 << 16;
