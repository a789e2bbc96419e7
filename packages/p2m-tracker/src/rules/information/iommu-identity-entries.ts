import { counted } from "@xgt/findings";
import { FrameKind } from "../../state/frame-kind.ts";
import { EXTENDED, exampleLogWith, map, PEER_FRAME } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { EventTally, firstSeen } from "../watch/event-tally.ts";

function withIommu(iommu: boolean): object {
  const bank = { gfn: "0x80000", count: "0x4000" };
  const region = { name: "extended", gfn: "0x100000", count: "0x10000" };
  const own = { domid: 0, mode: "direct-mapped", ram: [bank], regions: [region], iommu };
  return { domains: [own, { domid: 1, mode: "translated" }] };
}

/** Entries that Xen makes beside grant maps for the IOMMU. */
export const iommuIdentityEntries: Rule = {
  id: "I11",
  name: "iommu-identity-entries",
  severity: "info",
  what: "Grant maps touch only the gfn that they name.",
  why: "For a direct-mapped domain with an IOMMU Xen also maps gfn = mfn of each granted frame, in the same tables that the CPU uses, over whatever was there; the last unmap removes it.",
  fix: "Nothing has to change; keep RAM, windows and devices away from gfns that other domains' frames may have.",
  source:
    "Xen common/grant_table.c:map_grant_ref,unmap_common@master, drivers/passthrough/arm/iommu_helpers.c:arm_iommu_map_page@master",
  needs: [],
  passing: exampleLogWith(withIommu(false), map({ gfn: EXTENDED, mfn: PEER_FRAME })),
  failing: exampleLogWith(withIommu(true), map({ gfn: EXTENDED, mfn: PEER_FRAME })),
  watch(host) {
    const tally = new EventTally();
    return {
      changes: { to: [FrameKind.identity] },
      change(change) {
        if (change.oldKind === FrameKind.identity) return;
        tally.add(change.domain.domid, change.domain, host.machine.event, change.gfn);
      },
      end: () =>
        tally.report(
          host,
          iommuIdentityEntries,
          (row) =>
            `${counted(row.count, "identity entry", "identity entries")} made for the IOMMU beside grant maps, first ${firstSeen(row)}`,
        ),
    };
  },
};
