import { assignedNodes } from "../model/layout-model.ts";
import { dmaReach } from "../reach/dma-reach.ts";
import { domain, example, passthroughExample } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** A device without IOMMU reaches everything. */
export const noIsolation: LayoutRule = {
  id: "L29",
  name: "no-isolation",
  severity: "info",
  outcome: "advice",
  what: "A guest with a DMA-capable device and no IOMMU in front of it is trusted.",
  why: "Its device can read and write all memory: Xen's, Dom0's and every other guest's. Nothing else separates them.",
  consequence: "A fault or an attacker in that guest owns the machine.",
  fix: "Trust the guest, or put a protection unit (IOMMU, xRDC, XMPU) between the device and the others' memory and list it with --masters.",
  source: "docs/misc/arm/passthrough-noiommu.txt@master",
  passing: example(domain()),
  failing: passthroughExample(),
  check(model, host) {
    for (const guest of model.domains) {
      const open = assignedNodes(guest).filter(({ host: device, force }) => {
        if (device === null || !force || (guest.iommu && device.node.properties.has("iommus"))) return false;
        const reach = dmaReach(device, model.masters);
        return (
          reach.master &&
          model.masters.every((master) => master.path !== device.node.path || master.windows === null)
        );
      });
      if (open.length === 0) continue;
      const devices = open.map(({ xenPath }) => xenPath).join(", ");
      const message = `${guest.config.name} can reach all memory by DMA of ${devices}: it must be trusted`;
      host.report({ domain: guest, node: open[0].node, message });
    }
  },
};
