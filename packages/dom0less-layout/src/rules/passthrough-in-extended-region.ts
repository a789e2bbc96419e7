import { releaseName } from "@xgt/hypercall-abi";
import { assignedNodes } from "../model/layout-model.ts";
import { guestRange } from "../model/passthrough.ts";
import { overlaps, rangeText } from "../terms/address-range.ts";
import { since } from "../terms/first-releases.ts";
import { passthroughExample } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

const enhanced = 'xen,enhanced = "no-xenstore";';
const elsewhere = { reg: "0x0 0xe0000000 0x0 0x1000", xenReg: "0x0 0x10020000 0x0 0x1000 0x0 0xe0000000" };

/** Xen offers grant space where registers are mapped. */
export const passthroughInExtendedRegion: LayoutRule = {
  id: "L31",
  name: "passthrough-in-extended-region",
  severity: "warning",
  outcome: "silent",
  what: "No guest address of xen,reg lies in an extended region of the domain.",
  why: "Before 4.21 Xen picks extended regions without looking at xen,reg: free host RAM without an IOMMU, holes of the host's map with one, the rest of the guest RAM space of an ordinary domain.",
  consequence:
    'The guest may map grants or foreign pages over the device\'s registers. Linux takes regions from the bottom up, and none that a driver holds ("Cannot request resource"): it happens where gigabytes are mapped, or before the driver probes.',
  fix: "Map the device 1:1, use Xen 4.21 or later, or boot Xen with ext_regions=no.",
  source:
    "arch/arm/domain_build.c:make_hypervisor_node@4.17..4.20; find_host_extended_regions,find_memory_holes@4.21..master (3af8a6ed8e)",
  passing: passthroughExample({}, { extra: enhanced }, {}, { xen: "4.20" }),
  failing: passthroughExample(elsewhere, { extra: enhanced }, {}, { xen: "4.20" }),
  check(model, host) {
    if (model.release >= since.passthroughHoles) return;
    for (const guest of model.domains) {
      for (const { node, xenReg } of assignedNodes(guest)) {
        for (const row of xenReg.map(guestRange)) {
          const region = guest.extended.find((extended) => overlaps(extended, row));
          if (region === undefined) continue;
          const message = `${guest.config.name}: ${node.path} (${rangeText(row)}) lies in an extended region that Xen ${releaseName(model.release)} makes (${rangeText(region)})`;
          host.report({ domain: guest, node, property: "xen,reg", message, range: row });
        }
      }
    }
  },
};
