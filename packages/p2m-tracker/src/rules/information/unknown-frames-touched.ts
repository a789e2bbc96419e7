import { counted } from "@xgt/findings";
import { FrameKind } from "../../state/frame-kind.ts";
import type { Change } from "../../state/machine.ts";
import { EXTENDED, exampleLog, map, placeXenPage } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { EventTally, firstSeen } from "../watch/event-tally.ts";
import { everywhere } from "../watch/stretch-between.ts";

/** In the grant window of the example domain, where a log that begins late knows nothing. */
const WINDOW = 0x38000;

/** gfns of which nothing was known when the log first changed them. */
export const unknownFramesTouched: Rule = {
  id: "I10",
  name: "unknown-frames-touched",
  severity: "info",
  what: "The state of every gfn is known before a call changes it.",
  why: "What a gfn held is unknown where the log begins late, records were lost, or the domain's memory is not listed: rules about such a gfn stay undecided.",
  fix: "Capture from boot on, or pass the domain's RAM and regions with --domains.",
  source: "Xen arch/arm/mmu/p2m.c:p2m_set_entry@master (replaces whatever was there)",
  needs: [],
  passing: exampleLog(map({ gfn: EXTENDED })),
  failing: exampleLog(placeXenPage(1, 3, WINDOW)),
  watch(host) {
    const tally = new EventTally();
    const add = ({ domain, gfn }: Change, count: number): void =>
      tally.add(domain.domid, domain, host.machine.event, gfn, count);
    return {
      straight: {
        passes: { grantMade: always },
        unknownTouched: (domain, gfn, event, times) => tally.add(domain.domid, domain, event, gfn, times),
      },
      changes: { from: [FrameKind.unknown] },
      runs: { stretch: everywhere, may: () => true, add },
      change: (change) => add(change, 1),
      end: () =>
        tally.report(
          host,
          unknownFramesTouched,
          (row) => `${counted(row.count, "change")} to gfns in an unknown state, first ${firstSeen(row)}`,
        ),
    };
  },
};
