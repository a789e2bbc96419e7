import { assignedNodes } from "../model/layout-model.ts";
import { hostRange, isFirmwareMailbox } from "../model/passthrough.ts";
import { hexAddress, rangeText } from "../terms/address-range.ts";
import { passthroughExample } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** A 1:1 guest expects its devices at their own addresses. */
export const passthroughNotIdentity: LayoutRule = {
  id: "L12",
  name: "passthrough-not-identity",
  severity: "error",
  outcome: "silent",
  what: "In a direct-mapped domain every row of xen,reg has equal host and guest addresses.",
  why: "Nothing enforces it. DMA does not need it (DMA is about RAM), but drivers and firmware with fixed addresses do, and another address may meet a window or an extended region.",
  consequence: "Code with the device's address built in touches nothing, or another device.",
  fix: "Write xen,reg as <host size host>, and reg of the partial tree with the same address.",
  source: "common/device-tree/dom0less-build.c:handle_passthrough_prop@4.21..master",
  passing: passthroughExample(),
  failing: passthroughExample({
    reg: "0x0 0x30000000 0x0 0x1000",
    xenReg: "0x0 0x10020000 0x0 0x1000 0x0 0x30000000",
  }),
  check(model, host) {
    for (const guest of model.domains.filter((domain) => domain.directMap)) {
      for (const { node, xenReg } of assignedNodes(guest)) {
        for (const row of xenReg.filter((row) => row.host !== row.guest)) {
          const message = `${guest.config.name}: ${node.path}: host registers ${rangeText(hostRange(row))} are mapped at ${hexAddress(row.guest)}`;
          const place = { domain: guest, node, property: "xen,reg", range: hostRange(row) };
          // Xen's own document maps SCMI's shared memory to a free guest address.
          if (isFirmwareMailbox(node))
            host.report({ ...place, message, severity: "info", outcome: "advice" });
          else host.report({ ...place, message });
        }
      }
    }
  },
};
