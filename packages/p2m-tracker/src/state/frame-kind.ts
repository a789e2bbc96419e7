/** What a gfn holds in a domain's stage-2 p2m (xen/arch/arm/include/asm/p2m.h: p2m_type_t, grouped for 1:1). */
export const FrameKind = {
  /** Not decided by what the log holds. */
  unknown: 1,
  hole: 2,
  /** The domain's own RAM; on a direct-mapped domain mfn = gfn. */
  own: 3,
  /** A granted frame mapped by map_grant_ref. */
  grant: 4,
  /** A frame of another domain mapped without a grant. */
  foreign: 5,
  /** A page of Xen's: shared_info or a grant-table frame. */
  xen: 6,
  mmio: 7,
  /** Made by Xen beside a grant map where an IOMMU serves a direct-mapped domain: gfn = mfn of the granted frame. */
  identity: 8,
} as const;
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

/** Names for people and JSON, by FrameKind. */
export const frameKindNames: readonly string[] = [
  "",
  "unknown",
  "hole",
  "own",
  "grant",
  "foreign",
  "xen",
  "mmio",
  "identity",
];

/** Bits of an entry's flags. */
export const EntryFlag = {
  readOnly: 1,
  /** Own RAM left this gfn by decrease_reservation. */
  ballooned: 2,
  /** Own RAM was displaced at this gfn by a map, or removed by remove_from_physmap. */
  displaced: 4,
} as const;

/** Flags that tell how own RAM left a gfn; they stay until RAM is back. */
export const LINEAGE = EntryFlag.ballooned | EntryFlag.displaced;

/** `aux` of a `xen` entry that is the shared_info page; others are grant-table frame indices. */
export const SHARED_INFO = -2;
/** `aux` where the handle, the foreign domain or the frame's index is not known; `mfn` where the frame is not. */
export const NOT_KNOWN = -1;
