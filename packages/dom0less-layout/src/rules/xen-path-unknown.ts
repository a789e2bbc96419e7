import { partialTreeOutcome } from "../terms/first-releases.ts";
import { passthroughExample } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** xen,path names a node of the host. */
export const xenPathUnknown: LayoutRule = {
  id: "L15",
  name: "xen-path-unknown",
  severity: "error",
  outcome: "panic",
  what: "xen,path is the full path of a node in the host device tree.",
  why: "Interrupts and IOMMU settings are taken from that node.",
  consequence:
    'Xen says "Couldn\'t find node ... in host_dt!" and panics; 4.17 and older print it and start the guest without the device.',
  fix: "Copy the path from the host tree, unit addresses included (fdtget -l, or /proc/device-tree).",
  source:
    "arch/arm/domain_build.c:scan_pfdt_node@4.17, @4.18 (f51c92383b); common/device-tree/dom0less-build.c:handle_passthrough_prop@4.21..master (arch/arm/dom0less-build.c@4.19,@4.20, arch/arm/domain_build.c@4.16..4.18)",
  passing: passthroughExample(),
  failing: passthroughExample({ xenPath: 'xen,path = "/soc/mmc@10021000";' }),
  check(model, host) {
    for (const guest of model.domains) {
      for (const { node, xenPath, hasXenReg, host: device } of guest.devices) {
        if (xenPath === null || !hasXenReg || device !== null) continue;
        const message = `${guest.config.name}: ${node.path}: xen,path "${xenPath}" is no node of the host tree`;
        host.report({
          domain: guest,
          node,
          property: "xen,path",
          message,
          outcome: partialTreeOutcome(model.release),
        });
      }
    }
  },
};
