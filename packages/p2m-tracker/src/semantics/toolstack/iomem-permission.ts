import type { Semantics } from "../shared/semantics.ts";

/** Permits a domain to have frames mapped, or no longer: no p2m changes by it. */
export const iomemPermission: Semantics = {
  subOp: "iomem_permission",
  source: "common/domctl.c:do_domctl@4.17 (XEN_DOMCTL_iomem_permission)",
  replay() {},
};
