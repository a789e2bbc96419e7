import type { Hypercall } from "./hypercall.ts";
import { subOpTable } from "./sub-op-table.ts";

/**
 * Event channels.
 *
 * Directions: xen/include/public/event_channel.h@master. On Arm: all of
 * xen/common/event_channel.c:do_event_channel_op, stable-4.11 to master, but bind_pirq: Arm gives no struct pirq
 * (alloc_pirq_struct, xen/arch/arm/irq.c@4.11), and has no CONFIG_HAS_PIRQ (evtchn_bind_pirq@4.19).
 */
const eventChannelOps = subOpTable(
  { nr: 32, constants: "EVTCHNOP_", structs: "struct evtchn_" },
  `
    0 bind_interdomain | in remote_dom remote_port | out local_port
    1 bind_virq | in virq vcpu | out port
    2 bind_pirq | arm no | in pirq flags | out port
    3 close | in port
    4 send | in port
    5 status | in dom port
      | out status vcpu u.unbound.dom u.interdomain.dom u.interdomain.port u.pirq u.virq
    6 alloc_unbound | in dom remote_dom | out port
    7 bind_ipi | in vcpu | out port
    8 bind_vcpu | in port vcpu
    9 unmask | in port
   10 reset | in dom
   11 init_control | in control_gfn offset vcpu | out link_bits
   12 expand_array | in array_gfn
   13 set_priority | in port priority
`,
);

/** The hypercall event_channel_op and its sub-ops. */
export const eventChannelOp: Hypercall = {
  nr: 32,
  name: "event_channel_op",
  constant: "__HYPERVISOR_event_channel_op",
  cmdBits: 0,
  parameters: ["cmd", "args"],
  get subOps() {
    return eventChannelOps();
  },
  onArm: true,
};

/** The form before interface version 0x00030202; Arm only refuses it (HYPERCALL_DEPRECATED, xen/arch/arm/traps.c@4.11). */
export const eventChannelOpCompat: Hypercall = {
  nr: 16,
  name: "event_channel_op_compat",
  constant: "__HYPERVISOR_event_channel_op_compat",
  cmdBits: 0,
  parameters: ["op"],
  subOps: [],
  onArm: false,
};
