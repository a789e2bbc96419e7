import { partialTreeOutcome } from "../terms/first-releases.ts";
import { passthroughExample } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** xen,reg and xen,path go together. */
export const passthroughNeedsPath: LayoutRule = {
  id: "L14",
  name: "passthrough-needs-path",
  severity: "error",
  outcome: "panic",
  what: "A node with xen,reg has xen,path or xen,force-assign-without-iommu, and a node with xen,path has xen,reg.",
  why: "xen,reg maps the registers; xen,path is where Xen takes interrupts and IOMMU from.",
  consequence:
    'Xen says "xen,reg or xen,path missing" and panics (4.17 and older go on). With force and without a path the registers are mapped but no interrupt is routed: the driver waits for ever.',
  fix: "Give the node both properties; leave xen,path out only for ranges without interrupts.",
  source:
    "arch/arm/domain_build.c:scan_pfdt_node@4.17, @4.18 (f51c92383b); arch/arm/domain_build.c:handle_prop_pfdt@4.16..4.18; arch/arm/dom0less-build.c:handle_prop_pfdt@4.19,@4.20; common/device-tree/dom0less-build.c:handle_prop_pfdt,handle_passthrough_prop@4.21..master",
  passing: passthroughExample(),
  failing: passthroughExample({ xenPath: "", force: false }),
  check(model, host) {
    const outcome = partialTreeOutcome(model.release);
    for (const guest of model.domains) {
      for (const { node, hasXenReg, xenPath, force, interrupts } of guest.devices) {
        const name = `${guest.config.name}: ${node.path}`;
        if (hasXenReg && xenPath === null && !force) {
          host.report({
            domain: guest,
            node,
            property: "xen,reg",
            message: `${name} has xen,reg but no xen,path`,
            outcome,
          });
        } else if (xenPath !== null && !hasXenReg) {
          host.report({
            domain: guest,
            node,
            property: "xen,path",
            message: `${name} has xen,path but no xen,reg`,
            outcome,
          });
        } else if (hasXenReg && xenPath === null && interrupts.length > 0) {
          const message = `${name} has interrupts but no xen,path: Xen routes none of them`;
          host.report({ domain: guest, node, property: "interrupts", message, outcome: "silent" });
        }
      }
    }
  },
};
