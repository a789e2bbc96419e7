import { FrameKind } from "../../state/frame-kind.ts";
import { DEVICE_HAD_IT } from "../kinds/beyond-repair.ts";
import { type DmaRule, DmaVerdict, dmaName } from "../kinds/dma-rule.ts";
import { dma, EXTENDED, exampleLog, map, PEER_FRAME } from "../kinds/example.ts";

/** A device is given the gfn of a granted page where dev_bus_addr was due. */
export const dmaWithGfn: DmaRule = {
  id: "G17",
  name: "dma-with-gfn",
  severity: "error",
  what: "The bus address of a granted page is the dev_bus_addr of its map, not the gfn where it is mapped.",
  why: "The device touches the host frame numbered like the gfn: the guest's own RAM under the mapping, or somebody else's memory. The granter's page stays as it was.",
  fix: "Record dev_bus_addr >> 12 for the pfn when the map returns (Linux: set_foreign_p2m_mapping) and use it for every DMA until the unmap.",
  source:
    "Xen common/grant_table.c:map_grant_ref@master (dev_bus_addr); Linux include/xen/arm/page.h:pfn_to_bfn@6.1, drivers/xen/swiotlb-xen.c@6.1",
  needs: ["dma"],
  passing: exampleLog(map({ gfn: EXTENDED, mfn: PEER_FRAME }), dma(EXTENDED, PEER_FRAME)),
  failing: exampleLog(map({ gfn: EXTENDED, mfn: PEER_FRAME }), dma(EXTENDED, EXTENDED)),
  beyondRepair: DEVICE_HAD_IT,
  watch: () => ({}),
  keepsRight: true,
  judge(page) {
    if (page.kind !== FrameKind.grant || page.busMfn !== page.gfn) return DmaVerdict.kept;
    // A flush names a machine frame only: that of a live grant may be numbered like any gfn.
    if (page.flush && page.domain.maptrack.isLive(page.busMfn)) return DmaVerdict.kept;
    if (Number.isNaN(page.mfn)) return DmaVerdict.open;
    return page.mfn === page.gfn ? DmaVerdict.kept : DmaVerdict.broken;
  },
  describe: (page, host) =>
    `${dmaName(page, host)} uses the gfn of a granted page as its bus address; dev_bus_addr names another frame`,
  cause: (page) => page.domain.p2m.eventAt(page.gfn),
};
