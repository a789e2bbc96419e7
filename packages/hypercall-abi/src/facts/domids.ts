/** Domain ids from here on are no domains but have a meaning of their own (xen/include/public/xen.h: DOMID_*). */
export const DOMID_FIRST_RESERVED = 0x7ff0;
/** The caller itself. */
export const DOMID_SELF = 0x7ff0;
/** The owner of device memory. */
export const DOMID_IO = 0x7ff1;
/** The owner of Xen's own pages. */
export const DOMID_XEN = 0x7ff2;
/** No domain. */
export const DOMID_INVALID = 0x7ff4;
/** The largest number that the 16 bits of a domain id hold. */
export const DOMID_MAX = 0xffff;
