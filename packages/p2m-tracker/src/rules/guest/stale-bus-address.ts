import type { DmaPage } from "../../state/dma-page.ts";
import { FrameKind } from "../../state/frame-kind.ts";
import { DEVICE_HAD_IT } from "../kinds/beyond-repair.ts";
import { type DmaRule, DmaVerdict, dmaName } from "../kinds/dma-rule.ts";
import { dma, EXTENDED, exampleLog, map, PEER_FRAME, unmap } from "../kinds/example.ts";

/** Whether the page's bus frame is that of an earlier grant at its gfn, which is gone. */
function isGoneHere(page: DmaPage): boolean {
  return page.domain.p2m.goneMfnAt(page.gfn) === page.busMfn;
}

/** Xen refuses to flush a frame that no grant gives the caller; of own pages it never does (_cache_flush). */
function judgeFlush(page: DmaPage): DmaVerdict {
  const track = page.domain.maptrack;
  const owned = page.domain.owns(page.busMfn);
  if (!page.refused || owned === true || track.isLive(page.busMfn)) return DmaVerdict.kept;
  if (track.releasedAt(page.busMfn) > 0) return DmaVerdict.broken;
  if (owned !== false) return DmaVerdict.kept;
  return track.complete ? DmaVerdict.broken : DmaVerdict.open;
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
  beyondRepair: DEVICE_HAD_IT,
  watch: () => ({}),
  keepsRight: true,
  judge(page) {
    if (page.flush) return judgeFlush(page);
    if (Number.isNaN(page.busMfn) || page.kind === FrameKind.unknown || page.mfn === page.busMfn)
      return DmaVerdict.kept;
    const domain = page.domain;
    if (domain.maptrack.isLive(page.busMfn)) return DmaVerdict.kept;
    if (isGoneHere(page)) return DmaVerdict.broken;
    const owned = domain.owns(page.busMfn);
    if (owned !== false || page.busMfn === page.gfn) return DmaVerdict.kept;
    if (page.assumed) return DmaVerdict.open;
    if (domain.maptrack.releasedAt(page.busMfn) > 0) return DmaVerdict.broken;
    // A grant made before the log began may have this frame. One that no grant ever had is G45's, where that can tell.
    if (!domain.maptrack.complete) return DmaVerdict.open;
    return Number.isNaN(page.mfn) ? DmaVerdict.broken : DmaVerdict.kept;
  },
  describe(page, host) {
    if (page.flush) return `${dmaName(page, host)} is refused: no live grant has this bus address`;
    return isGoneHere(page)
      ? `${dmaName(page, host)} uses the bus address of a grant that was unmapped at this gfn`
      : `${dmaName(page, host)} uses a bus address that no live grant has`;
  },
  cause: (page) =>
    isGoneHere(page) && !page.flush
      ? page.domain.p2m.goneEventAt(page.gfn)
      : page.domain.maptrack.releasedAt(page.busMfn),
};
