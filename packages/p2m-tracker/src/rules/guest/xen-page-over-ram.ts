import { DomainChange } from "@xgt/hypercall-log";
import { FrameKind, SHARED_INFO } from "../../state/frame-kind.ts";
import { RAM_WAS_COVERED } from "../kinds/beyond-repair.ts";
import { EXTENDED, exampleLog, placeXenPage, RAM } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { isAssumed } from "../watch/assumed-state.ts";
import { coveredRegion } from "../watch/made-by-xen.ts";

/** Linux places shared_info over an ordinary page at every boot: once per domain that is information only. */
export const xenPageOverRam: Rule = {
  id: "G14",
  name: "xen-page-over-ram",
  severity: "warning",
  what: "Pages of Xen's (shared_info, grant-table frames) are not put over own RAM.",
  why: "The own frame beneath is lost from the p2m until it is populated again, and the gfn cannot be given to a device.",
  fix: "Balloon the gfn out first, or place the page in the grant window or an extended region.",
  source:
    "Xen arch/arm/mm.c:xenmem_add_to_physmap_one@master; Linux arch/arm/xen/enlighten.c:xen_guest_init@6.1",
  needs: ["ram"],
  passing: exampleLog(placeXenPage(1, 0, 0x38000), placeXenPage(0, 0, EXTENDED)),
  failing: exampleLog(placeXenPage(0, 0, RAM), placeXenPage(1, 0, RAM + 1)),
  beyondRepair: RAM_WAS_COVERED,
  watch(host) {
    /** Domains whose first shared_info was seen since they began. */
    const seen = new Set<number>();
    return {
      changes: { from: [FrameKind.own], to: [FrameKind.xen, FrameKind.mmio] },
      change(change) {
        if (coveredRegion(change) !== undefined) return;
        const shared = change.kind === FrameKind.xen && change.aux === SHARED_INFO;
        const first = shared && !seen.has(change.domain.domid);
        if (shared) seen.add(change.domain.domid);
        const what = change.kind === FrameKind.mmio ? "MMIO" : shared ? "shared_info" : "a grant-table frame";
        host.report(xenPageOverRam, {
          domain: change.domain,
          gfn: change.gfn,
          severity: first ? "info" : "warning",
          message: `${change.call?.name ?? "a call"} puts ${what} over own RAM: the frame beneath is not mapped any more`,
          also: first ? ["I01"] : [],
          certain: !isAssumed(change, host),
        });
      },
      domain(domid, what) {
        if (what === DomainChange.boot || what === DomainChange.resume) seen.delete(domid);
      },
    };
  },
};
