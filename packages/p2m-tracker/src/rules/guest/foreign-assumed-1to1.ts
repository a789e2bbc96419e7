import { DEVICE_HAD_IT } from "../kinds/beyond-repair.ts";
import { dma, EXTENDED, exampleLog, map, mapForeign, PEER_FRAME } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";

/**
 * The reason behind G16 and G17: feature bit 17 taken for a promise about every page. It makes no finding of its own;
 * theirs name it beside them.
 */
export const foreignAssumed1To1: Rule = {
  id: "G37",
  name: "foreign-assumed-1:1",
  severity: "error",
  what: "Only the domain's own RAM is taken for 1:1; the frame of a granted page comes from its map, and a foreign page is bounced.",
  why: "XENFEAT_direct_mapped speaks of local pages. At a granted or foreign gfn another frame is mapped, so a device that gets the gfn touches somebody else's memory.",
  fix: "Ask the guest's table (or the map's dev_bus_addr) before taking a pfn for a bus address, whatever the feature bits say.",
  source:
    "Xen include/public/features.h@4.16 (XENFEAT_direct_mapped); Linux include/xen/arm/swiotlb-xen.h:xen_swiotlb_detect@6.1, include/xen/arm/page.h:pfn_to_bfn@6.1",
  needs: ["dma"],
  passing: exampleLog(map({ gfn: EXTENDED, mfn: PEER_FRAME }), dma(EXTENDED, PEER_FRAME)),
  failing: exampleLog(mapForeign(EXTENDED), dma(EXTENDED, EXTENDED)),
  beyondRepair: DEVICE_HAD_IT,
  watch: () => ({}),
};
