/**
 * What one event of a log is. `mark` and `gap` do not count in the numbering of events: a gap is what the reader found
 * by the recorder's own line numbers, not something that the log holds.
 */
export const EventKind = {
  enter: 1,
  exit: 2,
  guestP2m: 3,
  dma: 4,
  lost: 5,
  grant: 6,
  ungrant: 7,
  domain: 8,
  mark: 9,
  gap: 10,
  share: 11,
  unshare: 12,
} as const;
export type EventKind = (typeof EventKind)[keyof typeof EventKind];

/** Whether an event of this kind has a number. */
export function isNumbered(kind: number): boolean {
  return kind !== EventKind.mark && kind !== EventKind.gap;
}

/** Who issued a call: the kernel, user space through privcmd, or an entry of a multicall. */
export const Via = { kernel: 0, privcmd: 1, multicall: 2 } as const;
export type Via = (typeof Via)[keyof typeof Via];

/** What happened to a domain (event kind `domain`). */
export const DomainChange = { boot: 1, suspend: 2, resume: 3, shutdown: 4, destroy: 5, create: 6 } as const;
export type DomainChange = (typeof DomainChange)[keyof typeof DomainChange];

/** Direction of a DMA, as Linux names it. */
export const DmaDirection = { unknown: 0, toDevice: 1, fromDevice: 2, bidirectional: 3 } as const;
export type DmaDirection = (typeof DmaDirection)[keyof typeof DmaDirection];

/** How much of a call's argument or result the recorder saw. */
export const Recorded = {
  /** Nothing: what the call named is unknown. */
  nothing: 0,
  /** Fields and lists as present in the payload. */
  fields: 1,
  /** Xen could not read the argument (-EFAULT or a short count). */
  fault: 2,
} as const;
export type Recorded = (typeof Recorded)[keyof typeof Recorded];

/** State of one list in a payload. */
export const ListState = {
  /** A null handle, or nothing to read. */
  absent: 0,
  /** As many elements as the payload holds; fewer than the count where the recorder cut it. */
  present: 1,
  /** Xen could not read the list at all. */
  unreadable: 2,
  /** The elements of the payload, then one that Xen could not read. */
  fault: 3,
} as const;
export type ListState = (typeof ListState)[keyof typeof ListState];
