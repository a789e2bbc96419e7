import type { Hypercall } from "./hypercall.ts";
import { subOpTable } from "./sub-op-table.ts";

/**
 * A vcpu's state, timers and shared areas.
 *
 * Directions: xen/include/public/vcpu.h@master; into registered areas Xen writes later, at will. Arm lets two through
 * and answers -EINVAL to others (xen/arch/arm/domain.c:do_arm_vcpu_op@4.11, do_vcpu_op@master), the two of 4.18 too.
 */
const vcpuOps = subOpTable(
  { nr: 24, constants: "VCPUOP_", structs: "struct vcpu_" },
  `
    0 initialise | arm no | in *extra_args=vcpu_guest_context_t
    1 up | arm no
    2 down | arm no
    3 is_up | arm no
    4 get_runstate_info | arm no | arg runstate_info | out -state state_entry_time time
    5 register_runstate_memory_area | in addr.v addr.p | out *addr.h
    6 set_periodic_timer | arm no | in period_ns
    7 stop_periodic_timer | arm no
    8 set_singleshot_timer | arm no | in timeout_abs_ns flags
    9 stop_singleshot_timer | arm no
   10 register_vcpu_info | in mfn offset
   11 send_nmi | arm no
   12 get_physid | arm no | out phys_id
   13 register_vcpu_time_memory_area | arm no | arg register_time_memory_area | in addr.v addr.p | out *addr.h
   14 register_runstate_phys_area | headers 4.18.. | arm no | arg register_runstate_memory_area | in addr.p
   15 register_vcpu_time_phys_area | headers 4.18.. | arm no | arg register_time_memory_area | in addr.p
`,
);

/** The hypercall vcpu_op and its sub-ops. */
export const vcpuOp: Hypercall = {
  nr: 24,
  name: "vcpu_op",
  constant: "__HYPERVISOR_vcpu_op",
  cmdBits: 0,
  parameters: ["cmd", "vcpuid", "extra_args"],
  get subOps() {
    return vcpuOps();
  },
  onArm: true,
};
