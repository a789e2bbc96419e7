import { counted } from "@xgt/findings";
import { shapeNamed } from "../../semantics/shared/semantics.ts";
import { FrameKind } from "../../state/frame-kind.ts";
import type { Change } from "../../state/machine.ts";
import { decrease, exampleLog, populate, RAM } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { EventTally, firstSeen } from "../watch/event-tally.ts";
import { everywhere } from "../watch/stretch-between.ts";

const DECREASE = shapeNamed("decrease_reservation").subOp;

/** Ballooning a direct-mapped domain out. */
export const balloonFreesNothing: Rule = {
  id: "I03",
  name: "balloon-frees-nothing",
  severity: "info",
  what: "A direct-mapped domain does not balloon to give memory back.",
  why: "Xen only unmaps the frames: they stay allocated to the domain, and current_reservation does not move. A smaller memory target gives the host nothing.",
  fix: "Set the domain's size in its configuration. Ballooning out to make room for mappings is fine.",
  source: "Xen common/memory.c:guest_remove_page@master (36a31eb693)",
  needs: ["mode"],
  passing: exampleLog(populate([RAM])),
  failing: exampleLog(decrease([RAM, RAM + 1])),
  watch(host) {
    const tally = new EventTally();
    const add = ({ domain, gfn }: Change, count: number): void => {
      if (domain.directMapped) tally.add(domain.domid, domain, host.machine.event, gfn, count);
    };
    return {
      changes: { from: [FrameKind.own], to: [FrameKind.hole] },
      runs: { stretch: everywhere, may: () => true, add },
      change(change) {
        const { call } = change;
        if (call?.nr === DECREASE.nr && call.cmd === DECREASE.cmd) add(change, 1);
      },
      end: () =>
        tally.report(
          host,
          balloonFreesNothing,
          (row) =>
            `${counted(row.count, "frame")} ballooned out, first ${firstSeen(row)}: on a direct-mapped domain this gives Xen no memory back`,
        ),
    };
  },
};
