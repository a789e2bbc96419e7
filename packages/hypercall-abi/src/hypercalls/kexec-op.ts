import type { Hypercall } from "./hypercall.ts";
import { subOpTable } from "./sub-op-table.ts";

/**
 * Another kernel in place of Xen. x86 only (xen/arch/arm/traps.c:arm_hypercall_table@4.11, xen/include/hypercall-defs.c@master).
 * Directions: xen/include/public/kexec.h@4.22, xen/common/kexec.c:do_kexec_op_internal@4.22.
 */
const kexecOps = subOpTable(
  { nr: 37, constants: "KEXEC_CMD_", structs: "struct xen_kexec_", onArm: false },
  `
    0 kexec | arg exec | in -type
    1 kexec_load_v1 | headers ..4.22 | arg load_v1 | in -type image
    2 kexec_unload_v1 | headers ..4.22 | arg load_v1 | in -type
    3 kexec_get_range | arg range | in -range -nr | out size start
    4 kexec_load | arg load | in type arch nr_segments *segments.h entry_maddr
    5 kexec_unload | arg unload | in type
    6 kexec_status | arg status | in type
`,
);

/** The hypercall kexec_op and its sub-ops. */
export const kexecOp: Hypercall = {
  nr: 37,
  name: "kexec_op",
  constant: "__HYPERVISOR_kexec_op",
  cmdBits: 0,
  parameters: ["op", "uarg"],
  get subOps() {
    return kexecOps();
  },
  onArm: false,
};
