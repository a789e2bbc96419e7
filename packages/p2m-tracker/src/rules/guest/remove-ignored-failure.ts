import { Errno } from "@xgt/hypercall-abi";
import type { Domain } from "../../state/domain.ts";
import { FrameKind } from "../../state/frame-kind.ts";
import { EXTENDED, exampleLog, map, mapForeign, remove } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { causedBy } from "../watch/caused-by.ts";
import { FrameMarks } from "../watch/frame-marks.ts";
import { removedGfn, targetDomain } from "../watch/physmap-fields.ts";

/** Whether something may still be mapped at the gfn after a remove that answered `ret`. */
function staysMapped(domain: Domain, gfn: number, ret: number): boolean {
  switch (domain.p2m.kindOf(gfn)) {
    case FrameKind.foreign:
    case FrameKind.xen:
      return true;
    case FrameKind.own:
    case FrameKind.unknown:
      // -ENOENT says that no page was found: an assumption about the gfn was wrong, not the guest.
      return ret !== Errno.ENOENT;
    default:
      return false;
  }
}

/**
 * Reuse is: another map at the gfn, and a DMA or grant entry while a foreign frame or a page of Xen's is still there.
 * Trying again is none, nor is a populate, which puts the own frame back and drops the stale mapping. A grant that
 * remove_from_physmap cannot take away is G27's.
 */
export const removeIgnoredFailure: Rule = {
  id: "G26",
  name: "remove-ignored-failure",
  severity: "warning",
  what: "A gfn whose remove_from_physmap failed is not used again.",
  why: "The old mapping is still there: a stale foreign page sits under a pfn that the guest takes for free.",
  fix: "Check the result, and keep the page out of the pool when it is negative.",
  source:
    "Xen common/memory.c:do_memory_op@master (XENMEM_remove_from_physmap); Linux drivers/xen/xlate_mmu.c:xen_xlate_unmap_gfn_range@6.1",
  needs: [],
  passing: exampleLog(
    mapForeign(EXTENDED),
    remove(EXTENDED, Errno.ENOMEM),
    remove(EXTENDED),
    map({ gfn: EXTENDED }),
  ),
  failing: exampleLog(mapForeign(EXTENDED), remove(EXTENDED, Errno.ENOMEM), map({ gfn: EXTENDED })),
  repaired: exampleLog(
    mapForeign(EXTENDED),
    remove(EXTENDED, Errno.ENOMEM),
    remove(EXTENDED),
    map({ gfn: EXTENDED }),
  ),
  watch(host) {
    const stale = new FrameMarks();

    function report(domain: Domain, gfn: number, event: number, what: string, certain: boolean): void {
      host.report(removeIgnoredFailure, {
        domain,
        gfn,
        message: `${what} a gfn whose remove_from_physmap failed at event ${event}: the old mapping was still there`,
        certain,
        uncertain: ["answer"],
        ...causedBy(event, "remove_from_physmap failed"),
      });
    }

    function use(domain: Domain, gfn: number, what: string): void {
      const event = stale.at(domain, gfn);
      const kind = domain.p2m.kindOf(gfn);
      if (event === 0 || (kind !== FrameKind.foreign && kind !== FrameKind.xen)) return;
      stale.unmark(domain, gfn);
      report(domain, gfn, event, what, true);
    }

    return {
      straight: { passes: { dmaPage: always, grantMade: () => stale.size === 0 } },
      subOps: ["remove_from_physmap"],
      after(call) {
        const domain = targetDomain(call, host.machine);
        const gfn = removedGfn(call);
        if (domain !== undefined && call.ret < 0 && !Number.isNaN(gfn) && staysMapped(domain, gfn, call.ret))
          stale.mark(domain, gfn, host.machine.event);
      },
      changes: {
        from: [FrameKind.foreign, FrameKind.xen, FrameKind.own, FrameKind.unknown],
        to: [FrameKind.grant, FrameKind.foreign, FrameKind.xen],
      },
      change(change) {
        const event = stale.until(change);
        if (event === 0) return;
        const certain = change.oldKind !== FrameKind.unknown;
        report(change.domain, change.gfn, event, `${change.call?.name ?? "a map"} reuses`, certain);
      },
      dma(page) {
        if (!page.flush && stale.size > 0) use(page.domain, page.gfn, "a DMA uses");
      },
      grant(domain, _ref, dom, gfn) {
        if (dom >= 0 && stale.size > 0) use(domain, gfn, "a grant entry names");
      },
      forgotten: (domain) => stale.forget(domain),
    };
  },
};
