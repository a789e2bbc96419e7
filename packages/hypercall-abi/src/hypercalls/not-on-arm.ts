import type { Hypercall, Releases } from "./hypercall.ts";

function absent(nr: number, name: string, parameters: readonly string[], releases?: Releases): Hypercall {
  const constant = `__HYPERVISOR_${name}`;
  const entry = { nr, name, constant, cmdBits: 0, parameters, subOps: [], onArm: false };
  return releases === undefined ? entry : { ...entry, releases };
}

/**
 * Hypercalls that Arm has no entry for: x86's, most of them of paravirtualised guests only, and numbers kept free.
 * xen/arch/arm/traps.c:arm_hypercall_table@4.11, xen/include/hypercall-defs.c@master (which gives the arguments).
 * tmem_op is served by no release since 4.13, xenoprof_op by none since 4.22.
 */
export const notOnArm: readonly Hypercall[] = [
  absent(0, "set_trap_table", ["traps"]),
  absent(1, "mmu_update", ["reqs", "count", "done_out", "foreigndom"]),
  absent(2, "set_gdt", ["frame_list", "entries"]),
  absent(3, "stack_switch", ["ss", "esp"]),
  absent(4, "set_callbacks", ["event_address", "failsafe_address", "syscall_address"]),
  absent(5, "fpu_taskswitch", ["set"]),
  absent(8, "set_debugreg", ["reg", "value"]),
  absent(9, "get_debugreg", ["reg"]),
  absent(10, "update_descriptor", ["gaddr", "desc"]),
  absent(14, "update_va_mapping", ["va", "val", "flags"]),
  absent(15, "set_timer_op", ["timeout"]),
  absent(22, "update_va_mapping_otherdomain", ["va", "val", "flags", "domid"]),
  absent(23, "iret", []),
  absent(25, "set_segment_base", ["which", "base"]),
  absent(26, "mmuext_op", ["uops", "count", "pdone", "foreigndom"]),
  absent(28, "nmi_op", ["cmd", "arg"]),
  absent(30, "callback_op", ["cmd", "arg"]),
  absent(31, "xenoprof_op", ["op", "arg"]),
  absent(38, "tmem_op", ["uops"]),
  absent(39, "xc_reserved_op", [], { until: "4.11" }),
  absent(48, "arch_0", []),
  absent(48, "mca", ["u_xen_mc"]),
  absent(49, "arch_1", []),
  absent(50, "arch_2", []),
  absent(51, "arch_3", []),
  absent(52, "arch_4", []),
  absent(53, "arch_5", []),
  absent(54, "arch_6", []),
  absent(55, "arch_7", []),
];
