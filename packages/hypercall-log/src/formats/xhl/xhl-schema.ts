/** What Header.format says. */
export const XHL_FORMAT = "xgt.hypercall_log";
export const XHL_VERSION = 1;

/** Numbers of the messages' fields, as proto/hypercall_log.proto has them. */
export const XhlField = { header: 1, blocks: 2, footer: 3 } as const;
export const XhlHeaderField = { format: 1, version: 2, spec: 3 } as const;
export const XhlBlockField = { rows: 1, compression: 2, crc: 3, size: 4, data: 5 } as const;
export const XhlFooterField = { blocks: 1, events: 2, index: 3 } as const;
export const XhlIndexField = { offset: 1, rows: 2, first_event: 3, first_time: 4, last_time: 5 } as const;

/** How a block's data is packed. */
export const XhlCompression = { none: 0, gzip: 1 } as const;

/** Columns of a batch that a block holds, by the names that both have; the first has field number 1, and so on. */
export const xhlColumns = [
  "kind",
  "via",
  "domid",
  "cpu",
  "pid",
  "comm",
  "nr",
  "cmd",
  "entry",
  "time",
  "call",
  "start",
  "ret",
  "multicall",
  "payload",
] as const;

/** Numbers of the fields of Columns behind those. */
export const XhlColumnsField = { words: 16, strings: 17 } as const;
