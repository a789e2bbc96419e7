import type { Hypercall } from "./hypercall.ts";

/** __HYPERVISOR_multicall (xen/include/public/xen.h). Its entries are hypercalls of their own. */
export const MULTICALL = 13;

/** The hypercall multicall: a list of other calls. */
export const multicall: Hypercall = {
  nr: MULTICALL,
  name: "multicall",
  constant: "__HYPERVISOR_multicall",
  cmdBits: 0,
  parameters: ["call_list", "nr_calls"],
  subOps: [],
  onArm: true,
};
