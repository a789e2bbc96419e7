import { PAGE_SIZE } from "@xgt/hypercall-abi";
import type { DmaPage } from "../../state/dma-page.ts";
import { DEVICE_HAD_IT } from "../kinds/beyond-repair.ts";
import { dmaName } from "../kinds/dma-rule.ts";
import { address, EXTENDED, exampleLog, map, PEER_FRAME } from "../kinds/example.ts";
import type { Rule, RuleHost } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";

/** A DMA of `pages` pages from `gfn` on with one bus range. */
function bufferDma(gfn: number, busMfn: number, pages: number): object {
  const segment = { phys: address(gfn), bus: address(busMfn), size: pages * PAGE_SIZE };
  return { ev: "dma", pid: 7, op: "map", dir: "TO_DEVICE", dev: "disk", segments: [segment] };
}

/** Two granted pages side by side; their frames lie `distance` apart. */
function twoGrants(distance: number): object[] {
  return map(
    { gfn: EXTENDED, mfn: PEER_FRAME, handle: 1 },
    { gfn: EXTENDED + 1, mfn: PEER_FRAME + distance, handle: 2, ref: 9 },
  );
}

/** The segment under way: whether its bus range is right for one page and wrong for another. */
class SegmentWatch {
  private readonly host: RuleHost;
  private right = false;
  private wrong = false;
  private done = false;

  constructor(host: RuleHost) {
    this.host = host;
  }

  page(page: DmaPage): void {
    // With an IOMMU the device is behind stage 2, where gfns work as bus addresses.
    if (page.flush || page.pages < 2 || page.iommu === true) return;
    if (page.index === 0) {
      this.right = false;
      this.wrong = false;
      this.done = false;
    }
    if (Number.isNaN(page.mfn) || Number.isNaN(page.busMfn)) return;
    if (page.busMfn === page.mfn) this.right = true;
    else this.wrong = true;
    // A bounced buffer has none of its own frames on the bus.
    if (!this.right || !this.wrong || this.done) return;
    this.done = true;
    this.report(page);
  }

  private report(page: DmaPage): void {
    const first = page.gfn - page.index;
    this.host.report(bounceNeeded, {
      domain: page.domain,
      gfn: first,
      count: page.pages,
      message: `${dmaName(page, this.host)} takes ${page.pages} pages as one bus range, but the frames behind them are not consecutive and the buffer was not bounced`,
      busMfn: page.busMfn - page.index,
    });
  }
}

/** A buffer of several pages is not contiguous for the device. */
export const bounceNeeded: Rule = {
  id: "G19",
  name: "bounce-needed",
  severity: "warning",
  what: "A DMA buffer of several pages has consecutive frames behind its gfns, or is bounced.",
  why: "The device walks on from the first page's frame: from the first gap on it reads or writes frames that are not the buffer's.",
  fix: "Compare the frames of neighbouring pfns in the guest's table before mapping a buffer as one range, and bounce it where they are apart (Linux: range_straddles_page_boundary).",
  source:
    "Xen arch/arm/mm.c:create_grant_host_mapping@master; Linux drivers/xen/swiotlb-xen.c:range_straddles_page_boundary,xen_swiotlb_map_page@6.1",
  needs: ["dma"],
  passing: exampleLog(twoGrants(1), bufferDma(EXTENDED, PEER_FRAME, 2)),
  failing: exampleLog(twoGrants(4), bufferDma(EXTENDED, PEER_FRAME, 2)),
  beyondRepair: DEVICE_HAD_IT,
  watch(host) {
    const watch = new SegmentWatch(host);
    return { straight: { passes: { dmaPage: always } }, dma: (page) => watch.page(page) };
  },
};
