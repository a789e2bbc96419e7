import type { Hypercall } from "./hypercall.ts";
import { subOpTable } from "./sub-op-table.ts";

/**
 * Messages between domains through rings. `arg1` is the struct; xen/include/public/argo.h@4.12 and
 * xen/common/argo.c:do_argo_op@4.12. `arg3` is the number of elements behind `arg2`, `arg4` flags or the message type.
 */
const argoOps = subOpTable(
  { nr: 39, constants: "XEN_ARGO_OP_", structs: "struct xen_argo_" },
  `
    1 register_ring | headers 4.12.. | in aport partner_id len *arg2=xen_argo_gfn_t
    2 unregister_ring | headers 4.12.. | in aport partner_id
    3 sendv | headers 4.12.. | arg send_addr | in src dst *arg2=xen_argo_iov_t
    4 notify | headers 4.12.. | arg ring_data | in nent | inout data
`,
);

/** The hypercall argo_op and its sub-ops. */
export const argoOp: Hypercall = {
  nr: 39,
  name: "argo_op",
  constant: "__HYPERVISOR_argo_op",
  cmdBits: 0,
  parameters: ["cmd", "arg1", "arg2", "arg3", "arg4"],
  get subOps() {
    return argoOps();
  },
  releases: { since: "4.12" },
  onArm: true,
  config: "CONFIG_ARGO",
};
