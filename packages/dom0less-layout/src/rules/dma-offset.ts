import { assignedNodes } from "../model/layout-model.ts";
import { dmaReach, offsetText } from "../reach/dma-reach.ts";
import { passthroughExample } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** A device whose addresses are not the CPU's. */
export const dmaOffset: LayoutRule = {
  id: "L37",
  name: "dma-offset",
  severity: "info",
  outcome: "advice",
  what: "The DMA addresses of a passed-through device are the CPU's addresses.",
  why: "dma-ranges can shift them (Raspberry Pi 4: RAM 0x0 is 0xc0000000 to the old peripherals). 1:1 then means: frame number times 4 KiB plus that offset.",
  consequence:
    "Code that takes physical for DMA addresses (swiotlb-xen before Linux 5.9) writes elsewhere, and bus addresses in a log look like violations until the offset is taken off.",
  fix: "Copy dma-ranges into the partial tree's bus node so that the guest adds the offset; take it off before a log is replayed.",
  source:
    "Linux drivers/of/address.c:of_dma_get_range@6.1; Linux drivers/xen/swiotlb-xen.c:xen_phys_to_dma@5.9",
  passing: passthroughExample({}, {}, { bus: "dma-ranges = <0x80000000 0x0 0x80000000 0x40000000>;" }),
  failing: passthroughExample({}, {}, { bus: "dma-ranges = <0x40000000 0x0 0x80000000 0x40000000>;" }),
  check(model, host) {
    for (const guest of model.domains) {
      for (const { node, host: device } of assignedNodes(guest)) {
        if (device === null) continue;
        const { offset, bus, master } = dmaReach(device, model.masters);
        if (bus === null || offset === 0n || !master) continue;
        const message = `${guest.config.name}: DMA addresses of ${device.node.path} are ${offsetText(offset)} the CPU's (dma-ranges of ${bus.path})`;
        host.report({
          domain: guest,
          node: device.node,
          message,
          notes: [{ message: "passed through here", node }],
        });
      }
    }
  },
};
