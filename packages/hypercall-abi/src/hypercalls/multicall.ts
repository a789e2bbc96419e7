import type { Hypercall } from "./hypercall.ts";

/** __HYPERVISOR_multicall (xen/include/public/xen.h). Its entries are hypercalls of their own. */
export const MULTICALL = 13;

export const multicall: Hypercall = {
  nr: MULTICALL,
  name: "multicall",
  constant: "__HYPERVISOR_multicall",
  cmdBits: 0,
  parameters: ["call_list", "nr_calls"],
  subOps: [],
  onArm: true,
};
