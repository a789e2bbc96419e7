import { counted } from "@xgt/findings";
import { FrameKind } from "../../state/frame-kind.ts";
import { decrease, exampleLog, populate, RAM } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { EventTally, firstSeen } from "../watch/event-tally.ts";
import { bankAround, everywhere } from "../watch/stretch-between.ts";

/** A frame outside the banks that the log shows to be the domain's own. */
const XENSTORE_PAGE = 0x90000;

/** 1:1 frames outside the RAM banks. */
export const ownPageOutsideBanks: Rule = {
  id: "I09",
  name: "own-page-outside-banks",
  severity: "info",
  what: "The domain's own frames lie in its RAM banks.",
  why: "From 4.21 Xen gives an enhanced dom0less domain a xenstore page from the heap, mapped 1:1 outside the banks: such a frame is its own and no fault.",
  fix: "Nothing has to change; list the page as a bank of one frame in the domain specification to silence H02.",
  source: "Xen common/device-tree/dom0less-build.c:alloc_xenstore_page@4.21,@master (df2c03e2eb)",
  needs: ["ram", "mode"],
  passing: exampleLog(decrease([RAM]), populate([RAM])),
  failing: exampleLog(populate([XENSTORE_PAGE])),
  watch(host) {
    const tally = new EventTally();
    return {
      changes: { to: [FrameKind.own] },
      // The gfns of a run have one default.
      runs: {
        stretch: (domain, gfn) => (domain.directMapped ? bankAround(domain.ram, gfn) : everywhere()),
        may: ({ domain, gfn }) => domain.p2m.defaultOf(gfn) === FrameKind.own || !domain.directMapped,
      },
      change(change) {
        // Nearly every populated gfn is a bank's, which the p2m tells quickest.
        if (change.domain.p2m.defaultOf(change.gfn) === FrameKind.own) return;
        if (!change.domain.directMapped || change.domain.inRam(change.gfn) !== false) return;
        tally.add(change.domain.domid, change.domain, host.machine.event, change.gfn);
      },
      end: () =>
        tally.report(
          host,
          ownPageOutsideBanks,
          (row) =>
            `${counted(row.count, "own frame")} populated 1:1 outside the RAM banks, first ${firstSeen(row)}`,
        ),
    };
  },
};
