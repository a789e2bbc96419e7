import { releaseName } from "@xgt/hypercall-abi";
import { since } from "../terms/first-releases.ts";
import { passthroughExample } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** A partial tree asks for an IOMMU context. */
export const iommuContext: LayoutRule = {
  id: "L27",
  name: "iommu-context",
  severity: "info",
  outcome: "advice",
  what: "A domain with a partial tree runs on a Xen that asks for an IOMMU context only where there is an IOMMU.",
  why: "A multiboot,device-tree module sets the flag for an IOMMU context; from 4.17 on only with an IOMMU in the system.",
  consequence:
    'On a host without IOMMU, 4.16 and older panic: "IOMMU requested but not available" (4.13: "IOMMU is not enabled"), "Error creating domain". From 4.17 on the domain is made without.',
  fix: "Use Xen 4.17 or later.",
  source:
    "arch/arm/domain_build.c:create_domUs@4.16,@4.17; common/domain.c:sanitise_domain_config@4.13..master; common/device-tree/dom0less-bindings.c:parse_dom0less_node@4.21..master",
  passing: passthroughExample(),
  failing: passthroughExample({}, { banks: "", directMap: false }, {}, { xen: "4.13" }),
  check(model, host) {
    for (const guest of model.domains) {
      if (guest.partialModule === null || model.host.iommus.length > 0) continue;
      if (model.release >= since.directMap) continue;
      const message = `${guest.config.name} has a partial device tree and the host no IOMMU: Xen ${releaseName(model.release)} refuses to make the domain`;
      const place = { domain: guest, node: guest.partialModule.node };
      host.report({ ...place, message, severity: "error", outcome: "panic" });
    }
  },
};
