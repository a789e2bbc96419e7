import { assignedNodes } from "../model/layout-model.ts";
import { partialTreeOutcome } from "../terms/first-releases.ts";
import { passthroughExample } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** Without an IOMMU the assignment must be forced. */
export const forceAssignNeeded: LayoutRule = {
  id: "L16",
  name: "force-assign-needed",
  severity: "error",
  outcome: "panic",
  what: "A node whose host device no IOMMU protects has xen,force-assign-without-iommu.",
  why: "Xen refuses to assign an unprotected device unless it is told to.",
  consequence:
    'iommu_assign_dt_device answers -EINVAL, Xen says "Failed to assign device" and panics; 4.17 and older print it and start the guest without the device.',
  fix: "Add xen,force-assign-without-iommu; to the node, and trust the guest (see L29).",
  source:
    "arch/arm/domain_build.c:scan_pfdt_node@4.17, @4.18 (f51c92383b); drivers/passthrough/device_tree.c:iommu_assign_dt_device,iommu_add_dt_device@4.16..master; common/device-tree/dom0less-build.c:handle_passthrough_prop@4.21..master",
  passing: passthroughExample(),
  failing: passthroughExample({ force: false }),
  check(model, host) {
    for (const guest of model.domains) {
      for (const { node, force, host: device, xenPath } of assignedNodes(guest)) {
        if (force || device === null) continue;
        const listed = device.node.properties.has("iommus");
        if (guest.iommu && listed) continue;
        const reason =
          model.host.iommus.length === 0
            ? "the host has no IOMMU that Xen drives"
            : listed
              ? `${guest.config.name} has no IOMMU context (passthrough = "enabled")`
              : "its host node has no iommus property";
        const message = `${guest.config.name}: ${node.path} is not forced, and ${reason}`;
        const notes = [{ message: `host node ${xenPath}`, node: device.node }];
        host.report({
          domain: guest,
          node,
          property: "xen,path",
          message,
          notes,
          outcome: partialTreeOutcome(model.release),
        });
      }
    }
  },
};
