import type { Hypercall } from "./hypercall.ts";
import { subOpTable } from "./sub-op-table.ts";

/**
 * Xen's own file system of parameters. `arg1` is the path, `arg2` its length with the zero byte, `arg4` the bytes of
 * `arg3`. xen/include/public/hypfs.h@4.14, xen/common/hypfs.c:do_hypfs_op@4.14. A read gives a struct
 * xen_hypfs_direntry and the contents after it.
 */
const hypfsOps = subOpTable(
  { nr: 42, constants: "XEN_HYPFS_OP_", structs: "struct xen_hypfs_" },
  `
    0 get_version | headers 4.14..
    1 read | headers 4.14.. | in *arg1=char | out *arg3=xen_hypfs_direntry
    2 write_contents | headers 4.14.. | in *arg1=char *arg3=uint8_t
`,
);

/** The hypercall hypfs_op and its sub-ops. */
export const hypfsOp: Hypercall = {
  nr: 42,
  name: "hypfs_op",
  constant: "__HYPERVISOR_hypfs_op",
  cmdBits: 0,
  parameters: ["cmd", "arg1", "arg2", "arg3", "arg4"],
  get subOps() {
    return hypfsOps();
  },
  releases: { since: "4.14" },
  onArm: true,
  config: "CONFIG_HYPFS",
};
