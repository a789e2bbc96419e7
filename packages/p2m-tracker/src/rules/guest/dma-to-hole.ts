import { FrameKind } from "../../state/frame-kind.ts";
import { DEVICE_HAD_IT } from "../kinds/beyond-repair.ts";
import { type DmaRule, DmaVerdict, dmaName } from "../kinds/dma-rule.ts";
import {
  decrease,
  dma,
  EXTENDED,
  exampleLog,
  map,
  PEER_FRAME,
  populate,
  RAM,
  unmap,
} from "../kinds/example.ts";

/** A device is given a page whose gfn holds nothing. */
export const dmaToHole: DmaRule = {
  id: "G44",
  name: "dma-to-hole",
  severity: "error",
  what: "The pfn that a DMA is set up for holds a frame.",
  why: "The device reads or writes a frame that the CPU does not see: own RAM that was ballooned out, or a granter's page after its grant has gone.",
  fix: "Populate the gfn before the page is used again; drop cached bus addresses when a grant is unmapped.",
  source:
    "Xen common/memory.c:guest_remove_page@master, common/grant_table.c:unmap_common@master; Linux drivers/xen/swiotlb-xen.c:xen_swiotlb_map_page@6.1",
  needs: ["dma"],
  passing: exampleLog(decrease([RAM]), populate([RAM]), dma(RAM, RAM)),
  failing: exampleLog(
    decrease([RAM]),
    dma(RAM, RAM),
    map({ gfn: EXTENDED, mfn: PEER_FRAME }),
    unmap(EXTENDED),
    dma(EXTENDED, PEER_FRAME),
  ),
  beyondRepair: DEVICE_HAD_IT,
  watch: () => ({}),
  keepsRight: true,
  judge(page) {
    if (page.flush || page.kind !== FrameKind.hole) return DmaVerdict.kept;
    return page.assumed ? DmaVerdict.open : DmaVerdict.broken;
  },
  describe: (page, host) => `${dmaName(page, host)} uses a gfn that holds no frame`,
  cause: (page) => page.domain.p2m.eventAt(page.gfn),
};
