/** XENFEAT_*: bits of XENVER_get_features that tell how a domain is mapped, from 4.16 on (xen/include/public/features.h). */
export const XENFEAT_NOT_DIRECT_MAPPED = 16;
/** Set for a domain whose frames have gfn = mfn. */
export const XENFEAT_DIRECT_MAPPED = 17;
