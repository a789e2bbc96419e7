import { FrameKind } from "../../state/frame-kind.ts";
import { DEVICE_HAD_IT } from "../kinds/beyond-repair.ts";
import { type DmaRule, DmaVerdict, dmaName } from "../kinds/dma-rule.ts";
import { dma, EXTENDED, exampleLog, mapForeign, RAM } from "../kinds/example.ts";

/** A device is given the gfn of a foreign page as if it were a machine frame. */
export const foreignUsedForDma: DmaRule = {
  id: "G16",
  name: "foreign-used-for-dma",
  severity: "error",
  what: "A gfn that holds another domain's page (mapped without a grant) is never a bus address.",
  why: "Xen tells no machine address for a foreign map, so the device hits the host frame numbered like the gfn: other domains' RAM or Xen's where extended regions lie over host RAM.",
  fix: "Bounce through own RAM, or have the page granted and use dev_bus_addr.",
  source:
    "Xen arch/arm/mm.c:xenmem_add_to_physmap_one@master, arch/arm/domain_build.c:find_host_extended_regions@master; Linux arch/arm/xen/p2m.c@6.1 (foreign maps are not tracked)",
  needs: ["dma"],
  passing: exampleLog(mapForeign(EXTENDED), dma(RAM, RAM)),
  failing: exampleLog(mapForeign(EXTENDED), dma(EXTENDED, EXTENDED)),
  beyondRepair: DEVICE_HAD_IT,
  watch: () => ({}),
  keepsRight: true,
  judge(page) {
    if (page.kind !== FrameKind.foreign) return DmaVerdict.kept;
    // A flush names a machine frame only: that of a live grant may be numbered like any gfn.
    if (page.flush && page.domain.maptrack.isLive(page.busMfn)) return DmaVerdict.kept;
    if (page.grantRef >= 0) return DmaVerdict.kept;
    if (Number.isNaN(page.busMfn)) return DmaVerdict.open;
    // A known foreign frame that is numbered like its gfn is reached by coincidence.
    return page.busMfn === page.gfn && page.mfn !== page.gfn ? DmaVerdict.broken : DmaVerdict.kept;
  },
  describe: (page, host) => `${dmaName(page, host)} uses the gfn of a foreign page as its bus address`,
  cause: (page) => page.domain.p2m.eventAt(page.gfn),
};
