import { field, type Hypercall } from "./hypercall.ts";
import { subOpTable } from "./sub-op-table.ts";

/**
 * The security module's own hypercall; with FLASK a struct xen_flask_op.
 *
 * Directions: xen/include/public/xsm/flask_op.h@master and xen/xsm/flask/flask_op.c:flask_do_xsm_op@master. USER is served
 * by none of these releases, DISABLE by none since 4.16. The ops without an argument return their answer.
 */
const flaskOps = subOpTable(
  { nr: 27, constants: "FLASK_", structs: "struct xen_flask_", within: "struct xen_flask_op" },
  `
    1 LOAD | arg load | in size *buffer
    2 GETENFORCE
    3 SETENFORCE | arg enforce:setenforce | in enforcing
    4 CONTEXT_TO_SID | arg sid_context | in size *context | out sid
    5 SID_TO_CONTEXT | arg sid_context | in sid | inout size | out *context
    6 ACCESS | arg access | in ssid tsid tclass req | out allowed audit_allow audit_deny seqno
    7 CREATE | arg transition | in ssid tsid tclass | out newsid
    8 RELABEL | arg transition | in ssid tsid tclass | out newsid
    9 USER | arm no
   10 POLICYVERS
   11 GETBOOL | arg boolean | inout bool_id size *name | out enforcing pending
   12 SETBOOL | arg boolean | in new_value commit *name | inout bool_id size | out enforcing pending
   13 COMMITBOOLS
   14 MLS
   15 DISABLE | arm ..4.15
   16 GETAVC_THRESHOLD
   17 SETAVC_THRESHOLD | arg setavc_threshold | in threshold
   18 AVC_HASHSTATS | arg hash_stats | out entries buckets_used buckets_total max_chain_len
   19 AVC_CACHESTATS | arg cache_stats | in cpu | out lookups hits misses allocations reclaims frees
   20 MEMBER | arg transition | in ssid tsid tclass | out newsid
   21 ADD_OCONTEXT | arg ocontext | in ocon sid low high
   22 DEL_OCONTEXT | arg ocontext | in ocon low high
   23 GET_PEER_SID | arg peersid | in evtchn | out sid
   24 RELABEL_DOMAIN | arg relabel | in domid sid
   25 DEVICETREE_LABEL | arg devicetree_label | in sid length *path
`,
);

/** The hypercall xsm_op and its sub-ops. */
export const xsmOp: Hypercall = {
  nr: 27,
  name: "xsm_op",
  constant: "__HYPERVISOR_xsm_op",
  cmdBits: 0,
  parameters: ["op"],
  struct: "struct xen_flask_op",
  fields: [field("cmd", "in", 10), field("interface_version", "in", 16)],
  get subOps() {
    return flaskOps();
  },
  onArm: true,
  config: "CONFIG_XSM",
};
