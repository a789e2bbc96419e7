import { counted } from "@xgt/findings";
import { FrameKind } from "../../state/frame-kind.ts";
import { decrease, exampleLog, populate, RAM } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { EventTally, firstSeen } from "../watch/event-tally.ts";

/** populate_physmap of gfns that hold their own frame already. */
export const populateOfOwn: Rule = {
  id: "I12",
  name: "populate-of-own",
  severity: "info",
  what: "The gfns that populate_physmap names hold no frame.",
  why: "On a direct-mapped domain a second populate changes nothing, but it tells that the guest has lost count of what it ballooned out.",
  fix: "Look at where the guest keeps its list of ballooned pages.",
  source: "Xen common/memory.c:populate_physmap@master",
  needs: [],
  passing: exampleLog(decrease([RAM]), populate([RAM])),
  failing: exampleLog(decrease([RAM]), populate([RAM]), populate([RAM])),
  watch(host) {
    const tally = new EventTally();
    return {
      changes: { from: [FrameKind.own], to: [FrameKind.own] },
      change(change) {
        // Before a log that begins late a frame may have been ballooned out.
        if (change.oldEvent === 0 && !host.fromBoot) return;
        tally.add(change.domain.domid, change.domain, host.machine.event, change.gfn);
      },
      end: () =>
        tally.report(
          host,
          populateOfOwn,
          (row) => `${counted(row.count, "frame")} populated although already there, first ${firstSeen(row)}`,
        ),
    };
  },
};
