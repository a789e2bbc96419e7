import { assignedNodes } from "../model/layout-model.ts";
import { guestRange } from "../model/passthrough.ts";
import { overlaps, rangeText } from "../terms/address-range.ts";
import { DTB_AT, passthroughExample } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** What is mapped is not trapped. */
export const passthroughOverGic: LayoutRule = {
  id: "L40",
  name: "passthrough-over-gic",
  severity: "error",
  outcome: "silent",
  what: "No guest address of xen,reg lies in a window that Xen emulates for the domain: distributor, CPU interface, redistributors, the UART of an ordinary domain.",
  why: "Xen traps accesses to unmapped addresses; a mapping in the window takes them away from the emulation.",
  consequence:
    "The guest programs the device, or the real GIC, instead of its own GIC: no interrupts, or a host that hangs.",
  fix: "Map the device at its host address in a direct-mapped domain, or at a free guest address; never pass the GIC through.",
  source:
    "arch/arm/vgic-v2.c:vgic_v2_domain_init@4.16..master; arch/arm/vgic-v3.c:vgic_v3_domain_init@4.16..master; arch/arm/traps.c:do_trap_stage2_abort_guest@4.16..master",
  passing: passthroughExample(),
  failing: passthroughExample(
    { reg: "0x0 0x03001000 0x0 0x1000", xenReg: "0x0 0x10020000 0x0 0x1000 0x0 0x03001000" },
    { banks: "", directMap: false, dtb: DTB_AT },
  ),
  check(model, host) {
    for (const guest of model.domains) {
      const windows = guest.windows.filter(({ name }) => name !== "uart" || !guest.directMap);
      for (const { node, xenReg } of assignedNodes(guest)) {
        for (const row of xenReg.map(guestRange)) {
          const window = windows.find((range) => overlaps(range, row));
          if (window === undefined) continue;
          const message = `${guest.config.name}: ${node.path} (${rangeText(row)}) covers the emulated ${window.name} (${rangeText(window)})`;
          host.report({ domain: guest, node, property: "xen,reg", message, range: row });
        }
      }
    }
  },
};
