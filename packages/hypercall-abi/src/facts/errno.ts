/** Errno values that Xen answers with, negative as a hypercall returns them (xen/include/public/errno.h). */
export const Errno = {
  EPERM: -1,
  ENOENT: -2,
  ESRCH: -3,
  EIO: -5,
  E2BIG: -7,
  ENOMEM: -12,
  EACCES: -13,
  EFAULT: -14,
  EBUSY: -16,
  EINVAL: -22,
  EDOM: -33,
  ENOSYS: -38,
  EOVERFLOW: -75,
  EILSEQ: -84,
  EOPNOTSUPP: -95,
} as const;
