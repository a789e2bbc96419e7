import { counted } from "@xgt/findings";
import { decrease, EXTENDED, exampleLog, map, populate, RAM, unmap } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";

/** The most handles live at once, and the most gfns that were not 1:1. One line per domain at the end. */
export const peakExceptions: Rule = {
  id: "I07",
  name: "peak-exceptions",
  severity: "info",
  what: "Every gfn of the domain is its own frame, and no grant is mapped.",
  why: "The peaks say how close the domain came to its maptrack limit and how large its table of exceptions must be.",
  fix: "Nothing has to change; raise max_maptrack_frames where the peak of handles comes near it.",
  source: "Xen common/grant_table.c:get_maptrack_handle@master",
  needs: [],
  passing: exampleLog(decrease([RAM]), populate([RAM])),
  failing: exampleLog(map({ gfn: EXTENDED, handle: 1 }), unmap(EXTENDED, 1)),
  watch: (host) => ({
    end() {
      for (const domain of [...host.machine.domains.values()].sort((a, b) => a.domid - b.domid)) {
        const handles = domain.maptrack.livePeak;
        const gfns = domain.exceptionsPeak;
        if (handles === 0 && gfns === 0) continue;
        host.report(peakExceptions, {
          domain,
          message: `at most ${counted(handles, "grant handle")} live at once and ${counted(gfns, "gfn")} with another's frame (grants, foreign and Xen's pages)`,
        });
      }
    },
  }),
};
