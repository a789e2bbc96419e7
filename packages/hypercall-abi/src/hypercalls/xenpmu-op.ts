import type { Hypercall } from "./hypercall.ts";
import { subOpTable } from "./sub-op-table.ts";

/** Performance counters. x86 only; directions: xen/arch/x86/cpu/vpmu.c:do_xenpmu_op@master. */
const xenpmuOps = subOpTable(
  { nr: 40, constants: "XENPMU_", structs: "struct xen_pmu_", onArm: false },
  `
    0 mode_get | arg params | out version.maj version.min val
    1 mode_set | arg params | in version.maj val
    2 feature_get | arg params | out val
    3 feature_set | arg params | in version.maj val
    4 init | arg params | in version.maj val vcpu
    5 finish | arg params | in version.maj vcpu
    6 lvtpc_set
    7 flush
`,
);

/** The hypercall xenpmu_op and its sub-ops. */
export const xenpmuOp: Hypercall = {
  nr: 40,
  name: "xenpmu_op",
  constant: "__HYPERVISOR_xenpmu_op",
  cmdBits: 0,
  parameters: ["cmd", "args"],
  get subOps() {
    return xenpmuOps();
  },
  onArm: false,
};
