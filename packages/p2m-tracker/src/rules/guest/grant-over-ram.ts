import { FrameKind } from "../../state/frame-kind.ts";
import { RAM_WAS_COVERED } from "../kinds/beyond-repair.ts";
import { decrease, EXTENDED, exampleLog, map, RAM } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { isAssumed } from "../watch/assumed-state.ts";
import { mapText } from "../watch/grant-map-text.ts";
import { coveredRegion } from "../watch/made-by-xen.ts";

/** Xen replaces what a gfn held without a word; own RAM stays owned and cannot be reached any more. */
export const grantOverRam: Rule = {
  id: "G04",
  name: "grant-over-ram",
  severity: "error",
  what: "The gfn that a grant is mapped at holds nothing before the map.",
  why: "The own frame beneath is cut off until the gfn is populated again, and a device that is given the gfn reaches it instead of the granted frame.",
  fix: "Balloon the gfn out or remove it from the physmap first, or map into an extended region.",
  source:
    "Xen common/grant_table.c:map_grant_ref@master, arch/arm/mm.c:create_grant_host_mapping@master; Linux drivers/xen/unpopulated-alloc.c:xen_alloc_unpopulated_pages@6.1",
  needs: ["ram"],
  passing: exampleLog(decrease([RAM]), map({ gfn: RAM }, { gfn: EXTENDED, handle: 2, ref: 9 })),
  failing: exampleLog(map({ gfn: RAM })),
  beyondRepair: RAM_WAS_COVERED,
  watch: (host) => ({
    changes: { from: [FrameKind.own], to: [FrameKind.grant] },
    change(change) {
      if (coveredRegion(change) !== undefined) return;
      host.report(grantOverRam, {
        domain: change.domain,
        gfn: change.gfn,
        message: `${mapText(change)} mapped over own RAM that was not ballooned out: the own frame is unreachable until it is populated again`,
        certain: !isAssumed(change, host) && change.call !== undefined,
        uncertain: change.call === undefined ? ["guest-p2m"] : undefined,
      });
    },
  }),
};
