import { since } from "@xgt/hypercall-abi";
import { FrameKind } from "../../state/frame-kind.ts";
import { MAPPING_WAS_COVERED } from "../kinds/beyond-repair.ts";
import { decrease, exampleLog, map, populate, RAM, unmap } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { causedBy } from "../watch/caused-by.ts";
import { handleText } from "../watch/grant-map-text.ts";

/** A populate succeeds over a grant and drops the mapping, not the handle. */
export const populateOverGrant: Rule = {
  id: "G10",
  name: "populate-over-grant",
  severity: "error",
  what: "No gfn is populated while a grant is mapped at it.",
  why: "The mapping goes, its handle and pin stay: from Xen 4.17 on the later unmap is refused and the granter never gets its page back; before, that unmap takes the guest's own RAM away.",
  fix: "Unmap the grant first, then populate.",
  source: "Xen common/memory.c:populate_physmap@master, common/grant_table.c:unmap_common@master",
  needs: [],
  passing: exampleLog(decrease([RAM]), map({ gfn: RAM }), unmap(RAM), populate([RAM])),
  failing: exampleLog(decrease([RAM]), map({ gfn: RAM }), populate([RAM])),
  beyondRepair: MAPPING_WAS_COVERED,
  watch: (host) => ({
    changes: { from: [FrameKind.grant], to: [FrameKind.own] },
    change(change) {
      const refuses = since(host.machine.xen, "4.17");
      const later =
        refuses === null
          ? "the handle outlives it"
          : refuses
            ? "its handle cannot be unmapped until that RAM is taken away again"
            : "unmapping its handle will take that RAM away";
      // One gfn of a list may name its handle; more of them join to one finding.
      const single = change.call !== undefined && change.call.in.listLength(0) === 1;
      const what = single ? handleText(change.domain, change.oldAux) : "a live grant";
      host.report(populateOverGrant, {
        domain: change.domain,
        gfn: change.gfn,
        message: `populate_physmap puts own RAM over ${what}: the mapping is lost and ${later}`,
        ...causedBy(change.oldEvent, "the grant was mapped"),
      });
    },
  }),
};
