import { assignedNodes } from "../model/layout-model.ts";
import { dmaReach } from "../reach/dma-reach.ts";
import { foreignMemory } from "../reach/foreign-memory.ts";
import { rangeText, subtract } from "../terms/address-range.ts";
import { passthroughExample } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

const enhanced = { extra: 'xen,enhanced = "no-xenstore";' };
const masters = (size: string) => {
  const windows = [{ start: "0x80000000", size }];
  return JSON.stringify({ version: 1, masters: [{ path: "/soc/mmc@10020000", windows }] });
};

/** Granted frames lie in others' memory. */
export const grantFramesOutOfReach: LayoutRule = {
  id: "L39",
  name: "grant-frames-out-of-reach",
  severity: "warning",
  outcome: "silent",
  what: "A device of a domain with PV interfaces reaches the memory of the domains whose grants it may be given for DMA.",
  why: "A granted page stays at its granter's machine address; the device must form that address and pass the protection unit there.",
  consequence:
    "DMA to or from granted pages fails or is refused, while the same transfer from the domain's own RAM works.",
  fix: "Open a window over the granters' memory, place the granters' banks within reach, or copy (grant copy) instead of mapping.",
  source:
    "arch/arm/mm.c:create_grant_host_mapping@4.17..master; common/grant_table.c:map_grant_ref@4.17..master (dev_bus_addr)",
  passing: passthroughExample({}, enhanced, {}, { masters: masters("2G") }),
  failing: passthroughExample({}, enhanced, {}, { masters: masters("1G") }),
  check(model, host) {
    for (const guest of model.domains) {
      if (guest.grantWindow === null || guest.iommu) continue;
      for (const { node, host: device } of assignedNodes(guest)) {
        if (device === null) continue;
        const reach = dmaReach(device, model.masters);
        if (!reach.master || reach.limits.length === 0) continue;
        for (const { who, ranges } of foreignMemory(model, guest)) {
          const missing = subtract(ranges, reach.reachable);
          if (missing.length === 0) continue;
          const message = `${guest.config.name}: DMA of ${device.node.path} cannot reach grants of ${who} at ${missing.map(rangeText).join(", ")} (${reach.limits.join(", ")})`;
          host.report({ domain: guest, node, message, range: missing[0] });
        }
      }
    }
  },
};
