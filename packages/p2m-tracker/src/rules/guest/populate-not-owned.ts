import { Stop } from "../../call/call.ts";
import { extentFrames, extentOrder } from "../../semantics/shared/reservation-fields.ts";
import type { Domain } from "../../state/domain.ts";
import { decrease, exampleLog, populate, RAM } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { extentGfn, isShort, stoppedThere } from "../watch/extent-fields.ts";
import { targetDomain } from "../watch/physmap-fields.ts";

/** GUEST_MAGIC_BASE and its size in frames (xen/include/public/arch-arm.h): where toolstacks put special pages. */
const MAGIC_FIRST = 0x39000;
const MAGIC_FRAMES = 0x1000;
const MAGIC_FIX =
  "A page of the magic region cannot be populated in a direct-mapped domain: from Xen 4.21 on take the xenstore page from HVM_PARAM_STORE_PFN, before that give the domain no such page.";

/** Frames of the extent from the first one on that the domain does not own. */
function missingFrames(domain: Domain, gfn: number, extent: number, order: number): number {
  const end = Number.isNaN(extent) || Number.isNaN(order) ? gfn + 1 : extent + extentFrames(order);
  let count = 1;
  while (gfn + count < end && domain.owns(gfn + count) !== true) count++;
  return count;
}

/**
 * A direct-mapped populate maps mfn = gfn or nothing. Where the log says that Xen did map such an extent, the frame
 * must be the domain's (a page outside its banks that no specification lists): then H02 speaks, not this rule.
 */
export const populateNotOwned: Rule = {
  id: "G01",
  name: "populate-not-owned",
  severity: "error",
  what: "A direct-mapped domain populates only gfns whose frames it owns.",
  why: "Xen maps mfn = gfn or stops there: the memory never appears, the count stays short, and a guest that retries does so for ever.",
  fix: "Populate only gfns that this domain gave back before; never hot-plugged address space.",
  source:
    "Xen common/memory.c:populate_physmap@master; Linux drivers/xen/balloon.c:reserve_additional_memory@6.1",
  needs: ["mode", "ram"],
  passing: exampleLog(decrease([RAM]), populate([RAM])),
  failing: exampleLog(populate([MAGIC_FIRST + 1], 0)),
  beyondRepair: "The frame is never this domain's: no later call brings memory to that gfn.",
  watch(host) {
    /** Latest refused gfn by domain: a retry of the same populate is the same mistake. */
    const refused = new Map<number, number>();
    return {
      straight: { passes: { populateCall: always } },
      subOps: ["populate_physmap"],
      after(call) {
        const domain = targetDomain(call, host.machine);
        if (domain === undefined) return;
        if (call.stop !== Stop.notOwned) {
          if (domain.directMapped && domain.ram === undefined && isShort(call))
            host.indeterminate(
              populateNotOwned,
              "a populate stopped short in a domain whose RAM is not known",
            );
          return;
        }
        const gfn = call.stopGfn;
        if (!stoppedThere(call) || refused.get(domain.domid) === gfn) return;
        refused.set(domain.domid, gfn);
        const order = extentOrder(call);
        const extent = order > 0 ? ` inside an extent of order ${order}` : "";
        const by = call.caller === domain.domid ? "" : ` by domain ${call.caller}`;
        host.report(populateNotOwned, {
          domain,
          gfn,
          count: missingFrames(domain, gfn, extentGfn(call, call.stopIndex), order),
          message: `populate_physmap${by} names a gfn${extent} whose frame direct-mapped domain ${domain.domid} does not own: Xen stops at extent ${call.stopIndex} and maps nothing of it`,
          certain: call.certain,
          ...(gfn >= MAGIC_FIRST && gfn < MAGIC_FIRST + MAGIC_FRAMES && { fix: MAGIC_FIX }),
        });
      },
    };
  },
};
