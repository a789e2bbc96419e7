import { assignedNodes } from "../model/layout-model.ts";
import { guestRange } from "../model/passthrough.ts";
import { contains, coveredBy, rangeText } from "../terms/address-range.ts";
import { passthroughExample } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** The guest reads reg, Xen reads xen,reg. */
export const partialRegistersDiffer: LayoutRule = {
  id: "L17",
  name: "partial-registers-differ",
  severity: "error",
  outcome: "silent",
  what: "reg of a node in the partial tree lies in the guest addresses of its xen,reg.",
  why: "Xen copies reg as it is and maps what xen,reg says; it compares neither.",
  consequence: "The driver accesses addresses where nothing is mapped: a data abort, or another device.",
  fix: "Write the same guest addresses in reg and xen,reg (and ranges; in the passthrough node).",
  source:
    "common/device-tree/dom0less-build.c:handle_prop_pfdt@4.21..master (arch/arm/dom0less-build.c@4.19,@4.20, arch/arm/domain_build.c@4.16..4.18)",
  passing: passthroughExample(),
  failing: passthroughExample({ reg: "0x0 0x10021000 0x0 0x1000" }),
  check(model, host) {
    for (const guest of model.domains) {
      for (const { node, xenReg, registers } of assignedNodes(guest)) {
        const mapped = xenReg.map(guestRange);
        for (const range of registers) {
          if (mapped.some((row) => contains(row, range)) || coveredBy(range, mapped)) continue;
          const rows = mapped.map(rangeText).join(", ");
          const message = `${guest.config.name}: ${node.path}: reg says ${rangeText(range)}, xen,reg maps ${rows === "" ? "nothing" : rows}`;
          host.report({ domain: guest, node, property: "reg", message, range });
        }
      }
    }
  },
};
