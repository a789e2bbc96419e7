/** What Header.format says. */
export const XHL_FORMAT = "xgt.hypercall_log";
export const XHL_VERSION = 1;

/** Numbers of the fields of Log, by which a file is read while it comes. */
export const LogField = { header: 1, blocks: 2, footer: 3 } as const;

/** Columns of a batch that a block holds, by the names that both have, in the order in which they are written. */
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
] as const;
