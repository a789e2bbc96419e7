import type { DmaPage } from "../dma-page.ts";
import { FrameKind } from "../frame-kind.ts";
import { type DmaRule, DmaVerdict, dmaName } from "./dma-rule.ts";
import { dma, EXTENDED, exampleLog, map, PEER_FRAME, unmap } from "./example.ts";

/** Whether the page's bus frame is that of an earlier grant at its gfn, which is gone. */
function isGoneHere(page: DmaPage): boolean {
  return page.entry >= 0 && page.domain.p2m.goneMfns[page.entry] === page.busMfn;
}

/** A device is given the bus address of a grant that is no longer mapped. */
export const staleBusAddress: DmaRule = {
  id: "G18",
  name: "stale-bus-address",
  severity: "error",
  what: "A dev_bus_addr is not used after the last unmap of its frame.",
  why: "The granter may have given the page to somebody else: the device reads or overwrites memory that this domain no longer has. A cache_flush there answers -EINVAL.",
  fix: "Drop the recorded bus address when the unmap returns okay (Linux: clear_foreign_p2m_mapping), before the gfn is used again.",
  source:
    "Xen common/grant_table.c:unmap_common_complete,_cache_flush@master; Linux arch/arm/xen/p2m.c:clear_foreign_p2m_mapping@6.1",
  needs: ["dma"],
  passing: exampleLog(
    map({ gfn: EXTENDED, mfn: PEER_FRAME, handle: 1 }),
    dma(EXTENDED, PEER_FRAME),
    unmap(EXTENDED),
  ),
  failing: exampleLog(
    map({ gfn: EXTENDED, mfn: PEER_FRAME, handle: 1 }),
    unmap(EXTENDED, 1),
    map({ gfn: EXTENDED, mfn: PEER_FRAME + 1, handle: 2, ref: 9 }),
    dma(EXTENDED, PEER_FRAME),
  ),
  watch: () => ({}),
  judge(page) {
    if (Number.isNaN(page.busMfn) || page.kind === FrameKind.unknown || page.mfn === page.busMfn)
      return DmaVerdict.kept;
    const domain = page.domain;
    if (domain.maptrack.liveByMfn.has(page.busMfn)) return DmaVerdict.kept;
    if (isGoneHere(page)) return DmaVerdict.broken;
    const owned = domain.owns(page.busMfn);
    if (owned !== false || page.busMfn === page.gfn) return DmaVerdict.kept;
    // A grant made before the log began may have this frame.
    return page.assumed || !domain.maptrack.complete ? DmaVerdict.open : DmaVerdict.broken;
  },
  describe: (page, host) =>
    isGoneHere(page)
      ? `${dmaName(page, host)} uses the bus address of a grant that was unmapped at this gfn`
      : `${dmaName(page, host)} uses a bus address that no live grant has`,
  cause: (page) => (isGoneHere(page) ? page.domain.p2m.goneEvents[page.entry] : 0),
};
