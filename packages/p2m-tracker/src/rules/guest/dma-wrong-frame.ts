import { PAGE_SHIFT } from "@xgt/hypercall-abi";
import type { DmaPage } from "../../state/dma-page.ts";
import { FrameKind } from "../../state/frame-kind.ts";
import { DEVICE_HAD_IT } from "../kinds/beyond-repair.ts";
import { type DmaRule, DmaVerdict, dmaName } from "../kinds/dma-rule.ts";
import { dma, EXTENDED, exampleLog, map, PEER_FRAME, RAM } from "../kinds/example.ts";

/** Whether own RAM at the bus address may be a bounce buffer: only where the bus frame is not the gfn itself. */
function mayBounce(page: DmaPage): boolean {
  if (page.busMfn === page.gfn || page.domain.owns(page.busMfn) !== true) return false;
  return page.domain.p2m.goneMfnAt(page.gfn) !== page.busMfn;
}

/** Widths that addresses are cut to: those of a device's mask, and of types that are too narrow. */
const WIDTHS: readonly number[] = [32, 24, 28, 30, 31, 33, 34, 35, 36, 38, 40, 42, 44];

/** ": its machine address, truncated to 32 bits" where that is what the device got. */
function truncation(page: DmaPage): string {
  for (const bits of WIDTHS) {
    const frames = 2 ** (bits - PAGE_SHIFT);
    if (page.mfn >= frames && page.mfn % frames === page.busMfn)
      return `: that one's machine address truncated to ${bits} bits`;
  }
  return "";
}

/** A device is given another frame than the one behind the gfn. */
export const dmaWrongFrame: DmaRule = {
  id: "G45",
  name: "dma-wrong-frame",
  severity: "error",
  what: "The bus frame of a DMA is the machine frame behind its pfn, or a bounce buffer.",
  why: "The device touches another frame: another page of the granter, the page of an earlier grant, or the RAM under a mapping.",
  fix: "Keep one source of truth for pfn to machine frame, updated before the first DMA and after each unmap.",
  source:
    "Linux arch/arm/xen/p2m.c@6.1, drivers/xen/swiotlb-xen.c:xen_swiotlb_map_page@6.1; Xen common/grant_table.c:map_grant_ref@master",
  needs: ["dma"],
  passing: exampleLog(map({ gfn: EXTENDED, mfn: PEER_FRAME }), dma(EXTENDED, PEER_FRAME), dma(RAM, RAM)),
  failing: exampleLog(
    map(
      { gfn: EXTENDED, mfn: PEER_FRAME, handle: 1 },
      { gfn: EXTENDED + 1, mfn: PEER_FRAME + 1, handle: 2, ref: 9 },
    ),
    dma(EXTENDED, PEER_FRAME + 1),
  ),
  beyondRepair: DEVICE_HAD_IT,
  watch: () => ({}),
  keepsRight: true,
  judge(page) {
    if (page.flush || Number.isNaN(page.busMfn) || Number.isNaN(page.mfn)) return DmaVerdict.kept;
    if (page.kind !== FrameKind.own && page.kind !== FrameKind.grant) return DmaVerdict.kept;
    if (page.busMfn === page.mfn) return DmaVerdict.kept;
    const domain = page.domain;
    if (domain.regionAt(page.busMfn, ({ name }) => name === "swiotlb") !== undefined) return DmaVerdict.kept;
    const knowsPools = domain.regions.some((region) => region.name === "swiotlb");
    if (mayBounce(page) && !knowsPools) return DmaVerdict.open;
    const owned = domain.owns(page.busMfn);
    if (page.assumed && owned !== true) return DmaVerdict.open;
    return DmaVerdict.broken;
  },
  describe: (page, host) =>
    `${dmaName(page, host)} uses another frame than the one behind its gfn${truncation(page)}`,
  cause: (page) => page.domain.p2m.eventAt(page.gfn),
};
