import { assignedNodes } from "../model/layout-model.ts";
import { guestRange } from "../model/passthrough.ts";
import { intersection, rangeText } from "../terms/address-range.ts";
import { DTB_AT, passthroughExample } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** The rule behind "can't request region". */
export const passthroughInsideRam: LayoutRule = {
  id: "L11",
  name: "passthrough-inside-ram",
  severity: "error",
  outcome: "silent",
  what: "No guest address of xen,reg lies inside the guest's RAM: its static banks, or GUEST_RAM0 and GUEST_RAM1 where it is not direct-mapped.",
  why: "Xen never compares the two; the registers replace RAM in the guest's map, and the guest still counts the range as RAM.",
  consequence:
    'Linux answers "can\'t request region for resource" (-16, EBUSY) when the driver probes, and what it had stored in those pages is gone.',
  fix: "Make the domain 1:1 (direct-map with xen,static-mem), so that RAM and registers lie where the host has them; or map the device at a free guest address and change the partial tree's reg with it.",
  source:
    "common/device-tree/dom0less-build.c:handle_passthrough_prop@4.21..master (arch/arm/dom0less-build.c@4.19,@4.20, arch/arm/domain_build.c@4.13..4.18): no check; include/public/arch-arm.h:GUEST_RAM0_BASE",
  passing: passthroughExample(),
  failing: {
    ...passthroughExample(
      { reg: "0x0 0x4005d000 0x0 0x1000", xenReg: "0x0 0x10020000 0x0 0x1000 0x0 0x4005d000" },
      { banks: "", directMap: false, dtb: DTB_AT },
    ),
  },
  check(model, host) {
    for (const guest of model.domains) {
      for (const { node, xenReg } of assignedNodes(guest)) {
        for (const row of xenReg.map(guestRange)) {
          const bank = guest.ram.find((ram) => intersection(ram, row) !== null);
          if (bank === undefined) continue;
          const message = `${guest.config.name}: ${node.path} is mapped at ${rangeText(row)}, inside the guest's RAM (${rangeText(bank)})`;
          const why = guest.directMap
            ? "the bank is 1:1; the device is not at its host address"
            : "the domain is not direct-mapped: its RAM begins at 0x40000000 whatever the host's map is";
          host.report({
            domain: guest,
            node,
            property: "xen,reg",
            message,
            range: row,
            notes: [{ message: why }],
          });
        }
      }
    }
  },
};
