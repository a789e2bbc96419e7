import type { Hypercall } from "./hypercall.ts";
import { subOpTable } from "./sub-op-table.ts";

/**
 * What Xen is. Directions and Arm: xen/include/public/version.h@master, xen/common/kernel.c:do_xen_version@master.
 * The ops without an argument return their answer.
 */
const xenVersionOps = subOpTable(
  { nr: 17, constants: "XENVER_", structs: "struct xen_" },
  `
    0 version
    1 extraversion | value out xen_extraversion_t
    2 compile_info | out compiler compile_by compile_domain compile_date
    3 capabilities | value out xen_capabilities_info_t
    4 changeset | value out xen_changeset_info_t
    5 platform_parameters | out virt_start
    6 get_features | arg feature_info | in submap_idx | out submap
    7 pagesize
    8 guest_handle | value out xen_domain_handle_t
    9 commandline | value out xen_commandline_t
   10 build_id | in len | out buf
   11 extraversion2 | headers 4.20.. | arg varbuf | in len | out buf
   12 capabilities2 | headers 4.20.. | arg varbuf | in len | out buf
   13 changeset2 | headers 4.20.. | arg varbuf | in len | out buf
   14 commandline2 | headers 4.20.. | arg varbuf | in len | out buf
`,
);

/** The hypercall xen_version and its sub-ops. */
export const xenVersion: Hypercall = {
  nr: 17,
  name: "xen_version",
  constant: "__HYPERVISOR_xen_version",
  cmdBits: 0,
  parameters: ["cmd", "arg"],
  get subOps() {
    return xenVersionOps();
  },
  onArm: true,
};
