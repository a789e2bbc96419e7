import { Stop } from "../../call/call.ts";
import { FrameKind } from "../../state/frame-kind.ts";
import { decrease, exampleLog, map, populate, RAM, unmap } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { causedBy } from "../watch/caused-by.ts";
import { stoppedThere } from "../watch/extent-fields.ts";
import { handleText } from "../watch/grant-map-text.ts";
import { targetDomain } from "../watch/physmap-fields.ts";

const found: Partial<Record<FrameKind, string>> = {
  [FrameKind.hole]: "a hole",
  [FrameKind.grant]: "another domain's grant",
  [FrameKind.foreign]: "a foreign frame",
  [FrameKind.mmio]: "MMIO",
  [FrameKind.identity]: "an IOMMU identity entry",
};

/**
 * Xen stops the whole call at the first gfn that holds no page of the domain. A grant of the domain's own frame is
 * such a page: it is taken away and its handle is left without a mapping.
 */
export const balloonOutForeign: Rule = {
  id: "G12",
  name: "balloon-out-foreign",
  severity: "warning",
  what: "Ballooning out names gfns that hold own RAM, not grants, foreign frames, MMIO or holes.",
  why: "The call stops there and the extents after it are not done; Linux panics on any partial result.",
  fix: "Unmap first, and keep track of the holes.",
  source:
    "Xen common/memory.c:guest_remove_page@master; Linux drivers/xen/balloon.c:decrease_reservation@6.1",
  needs: [],
  passing: exampleLog(decrease([RAM]), map({ gfn: RAM }), unmap(RAM), populate([RAM]), decrease([RAM])),
  failing: exampleLog(decrease([RAM]), map({ gfn: RAM }), decrease([RAM + 1, RAM], 1)),
  beyondRepair: "The call has stopped: G02 follows what becomes of the extents after it.",
  watch: (host) => ({
    straight: { passes: { grantGone: always, decreaseCall: always } },
    subOps: ["decrease_reservation"],
    after(call) {
      const domain = targetDomain(call, host.machine);
      if (domain === undefined || call.stop !== Stop.notRam || !stoppedThere(call)) return;
      const gfn = call.stopGfn;
      const what = found[domain.p2m.kindOf(gfn)] ?? "no frame of the domain";
      host.report(balloonOutForeign, {
        domain,
        gfn,
        message: `decrease_reservation stops at extent ${call.stopIndex}, whose gfn holds ${what}`,
        certain: call.certain,
        ...causedBy(domain.p2m.eventAt(gfn), "the latest change of this gfn"),
      });
    },
    changes: { from: [FrameKind.grant], to: [FrameKind.hole] },
    change(change) {
      if (change.call?.name !== "decrease_reservation") return;
      host.report(balloonOutForeign, {
        domain: change.domain,
        gfn: change.gfn,
        message: `decrease_reservation takes away what ${handleText(change.domain, change.oldAux)} mapped: the handle stays live without a mapping`,
        ...causedBy(change.oldEvent, "the grant was mapped"),
      });
    },
  }),
};
