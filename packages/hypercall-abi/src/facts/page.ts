/** Bits of an address below its frame number (XEN_PAGE_SHIFT, xen/include/public/io/ring.h). */
export const PAGE_SHIFT = 12;
/** Bytes of a frame, as frames are counted in every hypercall on Arm. */
export const PAGE_SIZE = 4096;
/** Bytes of the largest block that Xen maps as one for a guest's RAM in the second level of a table: 2 MiB. */
export const SUPERPAGE_SIZE = 0x20_0000;
