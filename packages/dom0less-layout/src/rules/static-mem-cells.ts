import { releaseName } from "@xgt/hypercall-abi";
import { since } from "../terms/first-releases.ts";
import { domain, example } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** xen,static-mem is read with the cells of /chosen. */
export const staticMemCells: LayoutRule = {
  id: "L07",
  name: "static-mem-cells",
  severity: "error",
  outcome: "silent",
  what: "xen,static-mem is written in the #address-cells and #size-cells of /chosen (4.17 and later), or in the domain's #xen,static-mem-*-cells (4.16).",
  why: "The property belongs to the domain node, whose own cells count for its children only.",
  consequence:
    "Xen reads other addresses than were meant; what fills no whole entry is dropped without a word, and 4.16 stops with an invalid-cells message.",
  fix: "Give /chosen #address-cells = <2> and #size-cells = <2>, and write two cells for every address and size.",
  source:
    "arch/arm/bootfdt.c:process_domain_node@4.16,@4.17; common/device-tree/bootinfo-fdt.c:device_tree_get_meminfo@4.21..master",
  passing: example(domain()),
  failing: example(domain({ banks: "0xa0000000 0x10000000 0xb0000000" })),
  check(model, host) {
    for (const guest of model.domains) {
      const { config } = guest;
      const { node, name, bankCells } = config;
      if (!config.hasStaticMem) continue;
      const place = { domain: guest, node, property: "xen,static-mem" };
      const cells = `${bankCells.address} address and ${bankCells.size} size cells`;
      if (bankCells.address < 1 || bankCells.size < 1) {
        const message = `${name}: Xen ${releaseName(model.release)} reads xen,static-mem with ${cells}, which is refused`;
        host.report({ ...place, message, outcome: "panic" });
      } else if (config.bankRest > 0 || config.banks.length === 0) {
        const message = `${name}: xen,static-mem does not divide into entries of ${cells}: ${config.bankRest} bytes are left over`;
        host.report({ ...place, message });
      }
      if (model.release >= since.directMap && node.properties.has("#xen,static-mem-address-cells")) {
        const message = `${name}: #xen,static-mem-address-cells is of Xen 4.16; ${releaseName(model.release)} reads the cells of /chosen`;
        host.report({
          ...place,
          property: "#xen,static-mem-address-cells",
          message,
          severity: "info",
          outcome: "advice",
        });
      }
    }
  },
};
