import { counted } from "@xgt/findings";
import { FrameKind } from "../../state/frame-kind.ts";
import { EXTENDED, exampleLog, map, PEER_FRAME } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { EventTally, firstSeen } from "../watch/event-tally.ts";

/** Frames of other domains that happen to be mapped at the gfn of the same number. */
export const coincidentFrame: Rule = {
  id: "I08",
  name: "coincident-frame",
  severity: "info",
  what: "A granted or foreign frame is mapped at a gfn of another number.",
  why: "Extended regions of a domain without an IOMMU lie over host RAM, so gfn and frame can be the same by chance: a wrong bus address works there and hides the bug.",
  fix: "Nothing has to change; take no working DMA to this gfn for a proof.",
  source: "Xen arch/arm/domain_build.c:find_unallocated_memory@4.17,find_host_extended_regions@4.20",
  needs: [],
  passing: exampleLog(map({ gfn: EXTENDED, mfn: PEER_FRAME })),
  failing: exampleLog(map({ gfn: EXTENDED, mfn: EXTENDED })),
  watch(host) {
    const tally = new EventTally();
    return {
      straight: { passes: { grantMade: always } },
      changes: { to: [FrameKind.grant, FrameKind.foreign] },
      change(change) {
        if (change.mfn !== change.gfn || change.domain.owns(change.mfn) === true) return;
        tally.add(change.domain.domid, change.domain, host.machine.event, change.gfn);
      },
      end: () =>
        tally.report(
          host,
          coincidentFrame,
          (row) =>
            `${counted(row.count, "mapped frame")} with the number of the gfn by chance, first ${firstSeen(row)}`,
        ),
    };
  },
};
