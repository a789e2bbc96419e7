import { assignedNodes } from "../model/layout-model.ts";
import { dmaReach } from "../reach/dma-reach.ts";
import { rangeText, subtract } from "../terms/address-range.ts";
import { passthroughExample } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

const FOUR_GIB = 1n << 32n;

/** A device that masters the bus must reach its guest's memory. */
export const dmaCannotReachBank: LayoutRule = {
  id: "L24",
  name: "dma-cannot-reach-bank",
  severity: "error",
  outcome: "silent",
  what: "Every bank of a direct-mapped domain is within reach of the DMA of every device given to it: dma-ranges, address width, protection windows.",
  why: "Without an IOMMU the device uses the guest's frame numbers as machine addresses; what it cannot address it cannot transfer.",
  consequence:
    "Linux falls back to bounce buffers that lie out of reach too: transfers fail, or the protection unit reports an access error.",
  fix: "Put the domain's banks below the limit, or widen the window for that bus master.",
  source:
    "Linux drivers/of/address.c:of_dma_get_range@6.1; common/device-tree/static-memory.c:assign_static_memory_11@4.21..master",
  passing: passthroughExample({}, {}, { bus: "dma-ranges = <0x80000000 0x0 0x80000000 0x40000000>;" }),
  failing: passthroughExample({}, {}, { bus: "dma-ranges = <0x80000000 0x0 0x80000000 0x20000000>;" }),
  check(model, host) {
    for (const guest of model.domains.filter((domain) => domain.directMap)) {
      for (const { node, host: device } of assignedNodes(guest)) {
        if (device === null) continue;
        const reach = dmaReach(device, model.masters);
        if (!reach.master) continue;
        const missing = subtract(guest.ram, reach.reachable);
        const place = { domain: guest, node: guest.config.node, property: "xen,static-mem" };
        const notes = [
          { message: `passed through here`, node },
          { message: "host node", node: device.node },
        ];
        for (const range of missing) {
          const message = `${guest.config.name}: DMA of ${device.node.path} does not reach ${rangeText(range)} of its memory (${reach.limits.join(", ")})`;
          host.report({ ...place, message, range, notes });
        }
        const high = guest.ram.find((bank) => bank.start + bank.size > FOUR_GIB);
        if (reach.limits.length === 0 && high !== undefined) {
          const message = `${guest.config.name}: bank ${rangeText(high)} lies above 4 GiB; ${device.node.path} reaches it only if it forms addresses of more than 32 bits, which the tree does not say`;
          host.report({
            ...place,
            message,
            range: high,
            severity: "info",
            outcome: "advice",
            certain: false,
            notes,
          });
        }
      }
    }
  },
};
