import { FrameKind, NOT_KNOWN } from "../../state/frame-kind.ts";
import { RAM_WAS_COVERED } from "../kinds/beyond-repair.ts";
import { decrease, EXTENDED, exampleLog, mapForeign, RAM } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { isAssumed } from "../watch/assumed-state.ts";
import { coveredRegion } from "../watch/made-by-xen.ts";

/** As G04, and worse: no bus address of a foreign frame is ever told. */
export const foreignOverRam: Rule = {
  id: "G15",
  name: "foreign-over-ram",
  severity: "error",
  what: "The gfn that a foreign frame or a resource is mapped at holds no own RAM before.",
  why: "The own frame beneath is cut off, a device given the gfn reaches it instead of the foreign frame, and no bus address of the foreign frame is available.",
  fix: "Map at gfns that were never populated, or balloon the gfn out first.",
  source:
    "Xen common/memory.c:xenmem_add_to_physmap_batch,acquire_resource@master; Linux drivers/xen/xlate_mmu.c:xen_xlate_remap_gfn_array@6.1",
  needs: ["ram"],
  passing: exampleLog(decrease([RAM]), mapForeign(RAM), mapForeign(EXTENDED)),
  failing: exampleLog(mapForeign(RAM)),
  beyondRepair: RAM_WAS_COVERED,
  watch: (host) => ({
    changes: { from: [FrameKind.own], to: [FrameKind.foreign] },
    change(change) {
      if (coveredRegion(change) !== undefined) return;
      const owner = change.aux === NOT_KNOWN ? "another domain" : `domain ${change.aux}`;
      host.report(foreignOverRam, {
        domain: change.domain,
        gfn: change.gfn,
        message: `${change.call?.name ?? "a call"} maps a frame of ${owner} over own RAM that was not ballooned out: the own frame is unreachable, and the foreign one has no known bus address`,
        certain: !isAssumed(change, host),
      });
    },
  }),
};
