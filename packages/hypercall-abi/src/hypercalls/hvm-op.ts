import type { Hypercall } from "./hypercall.ts";
import { subOpTable } from "./sub-op-table.ts";

/**
 * Parameters of a domain, and x86's guests in hardware containers.
 *
 * Directions: xen/include/public/hvm/hvm_op.h@master; of altp2m (an op of ops, its sub-ops are x86's)
 * xen/arch/x86/hvm/hvm.c:do_altp2m_op@master. On Arm: xen/arch/arm/hvm.c:do_hvm_op, stable-4.11 to master.
 */
const hvmOps = subOpTable(
  { nr: 34, constants: "HVMOP_", structs: "struct xen_hvm_" },
  `
    0 set_param | arg param | in domid index value
    1 get_param | arg param | in domid index | out value
    5 flush_tlbs | arm no
    9 pagetable_dying | arm no | in domid gpa
   10 get_time | arm no | out now
   11 xentrace | arm no | in event extra_bytes extra
   12 set_mem_access | arm no
   13 get_mem_access | arm no
   15 get_mem_type | arm no | in domid pfn | out mem_type
   23 set_evtchn_upcall_vector | arm no | arg evtchn_upcall_vector | in vcpu vector
   24 guest_request_vm_event
   25 altp2m | arm no | arg altp2m_op
      | in version cmd domain u.enable_notify u.view.hvmmem_default_access u.set_mem_access@..4.11
           u.mem_access.view@4.12.. u.mem_access.gfn@4.12.. u.change_gfn u.set_mem_access_multi.view
           u.set_mem_access_multi.nr *u.set_mem_access_multi.pfn_list *u.set_mem_access_multi.access_list
           u.suppress_ve.view@4.12.. u.suppress_ve.gfn@4.12.. u.suppress_ve_multi.view@4.14..
           u.suppress_ve_multi.suppress_ve@4.14.. u.suppress_ve_multi.last_gfn@4.14.. u.disable_notify@4.12..
           u.get_vcpu_p2m_idx.vcpu_id@4.13.. u.set_visibility@4.14..
      | inout u.domain_state.state u.view.view u.mem_access.access@4.12.. u.set_mem_access_multi.opaque
              u.suppress_ve.suppress_ve@4.12.. -u.suppress_ve_multi.first_error@4.14..
              u.suppress_ve_multi.first_gfn@4.14.. u.suppress_ve_multi.first_error_gfn@4.14..
      | out u.get_vcpu_p2m_idx.altp2m_idx@4.13..
`,
);

/** The hypercall hvm_op and its sub-ops. */
export const hvmOp: Hypercall = {
  nr: 34,
  name: "hvm_op",
  constant: "__HYPERVISOR_hvm_op",
  cmdBits: 0,
  parameters: ["op", "arg"],
  get subOps() {
    return hvmOps();
  },
  onArm: true,
  config: "CONFIG_HVM",
};
