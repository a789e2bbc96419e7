import type { Hypercall } from "./hypercall.ts";
import { subOpTable } from "./sub-op-table.ts";

/**
 * What a guest tells the scheduler.
 *
 * Directions and Arm: xen/include/public/sched.h@master and xen/common/sched/core.c:do_sched_op@master
 * (common/schedule.c up to 4.13), which copies nothing back.
 */
const schedOps = subOpTable(
  { nr: 29, constants: "SCHEDOP_", structs: "struct sched_" },
  `
    0 yield
    1 block
    2 shutdown | in reason
    3 poll | in nr_ports timeout *ports
    4 remote_shutdown | in domain_id reason
    5 shutdown_code | arg shutdown | in reason
    6 watchdog | in id timeout
    7 pin_override | in -pcpu
`,
);

/** The hypercall sched_op and its sub-ops. */
export const schedOp: Hypercall = {
  nr: 29,
  name: "sched_op",
  constant: "__HYPERVISOR_sched_op",
  cmdBits: 0,
  parameters: ["cmd", "arg", "..."],
  get subOps() {
    return schedOps();
  },
  onArm: true,
};

/** The form before interface version 0x00030101; Arm only refuses it (HYPERCALL_DEPRECATED, xen/arch/arm/traps.c@4.11). */
export const schedOpCompat: Hypercall = {
  nr: 6,
  name: "sched_op_compat",
  constant: "__HYPERVISOR_sched_op_compat",
  cmdBits: 0,
  parameters: ["cmd", "arg"],
  subOps: [],
  onArm: false,
};
