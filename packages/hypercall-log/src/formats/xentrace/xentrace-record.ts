/** Bytes of a record's head: event (28 bits), words of data (3), whether a counter's value is there (1). */
export const HEAD_BYTES = 4;
const COUNTER_BYTES = 8;
const WORD_BYTES = 4;
const EVENT_BITS = 28;

/** Events that a reader looks into (xen/include/public/trace.h@master: TRC_*). */
export const XentraceEvent = {
  lostRecords: 0x1f001,
  wrapBuffer: 0x1f002,
  cpuChange: 0x1f003,
  grantMap: 0x10f001,
  grantUnmap: 0x10f002,
  grantTransfer: 0x10f003,
  decreaseReservation: 0x10f005,
} as const;

/** Classes of events by their bits, for people. */
const classes: readonly (readonly [number, string])[] = [
  [0x1, "general"],
  [0x2, "scheduler"],
  [0x4, "Dom0 operation"],
  [0x8, "HVM"],
  [0x10, "memory"],
  [0x20, "PV"],
  [0x40, "shadow paging"],
  [0x80, "hardware"],
  [0x800, "guest"],
];

/** Head of one record. */
export interface XentraceHead {
  readonly event: number;
  /** Where its data begin, in bytes from its head. */
  readonly dataAt: number;
  /** Bytes of the whole record. */
  readonly size: number;
}

/** Reads a record's head: every number is one. */
export function xentraceHead(word: number): XentraceHead {
  const event = word & (2 ** EVENT_BITS - 1);
  const words = (word >>> EVENT_BITS) & 7;
  const dataAt = HEAD_BYTES + (word >>> 31) * COUNTER_BYTES;
  return { event, dataAt, size: dataAt + words * WORD_BYTES };
}

/** "records of the class scheduler", as they are counted. */
export function classText(event: number): string {
  const bits = event >>> 16;
  const name = classes.find(([bit]) => bits === bit)?.[1] ?? "unknown";
  return `records of the class ${name}`;
}
