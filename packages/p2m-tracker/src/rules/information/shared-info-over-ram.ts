import { decrease, exampleLogWith, placeXenPage, RAM } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";

/**
 * Linux gives up one page of RAM for shared_info at every boot. It makes no finding of its own: G14 reports the page,
 * as information, and names this rule beside it.
 */
export const sharedInfoOverRam: Rule = {
  id: "I01",
  name: "shared-info-over-ram",
  severity: "info",
  what: "The page under shared_info was ballooned out before.",
  why: "One frame of RAM leaves the domain's map at boot, and its gfn is not 1:1: harmless as long as no device gets it.",
  fix: "Nothing has to change. A guest that wants every frame maps shared_info at an extended region's gfn.",
  source:
    "Xen arch/arm/mm.c:xenmem_add_to_physmap_one@master; Linux arch/arm/xen/enlighten.c:xen_guest_init@6.1,@6.12",
  needs: [],
  passing: exampleLogWith({ from_boot: true }, decrease([RAM]), placeXenPage(0, 0, RAM)),
  failing: exampleLogWith({ from_boot: true }, placeXenPage(0, 0, RAM)),
  watch: () => ({}),
};
