import type { Domain } from "../../state/domain.ts";
import { FrameKind } from "../../state/frame-kind.ts";
import { dma, EXTENDED, exampleLog, mapForeign, remove } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { causedBy } from "../watch/caused-by.ts";
import { FrameMarks } from "../watch/frame-marks.ts";
import { batchGfn, removedGfn, targetDomain } from "../watch/physmap-fields.ts";

const BATCH = "add_to_physmap_batch";

/**
 * The call returns 0 even where every item failed. A use is: a remove_from_physmap of the gfn that fails (nothing is
 * there), a DMA or a grant entry while it is a hole. Another map at the gfn is none, nor is anything that finds RAM.
 */
export const errsIgnored: Rule = {
  id: "G25",
  name: "errs-ignored",
  severity: "error",
  what: "A gfn whose item of a batch failed is not used, and not removed either.",
  why: "The call answers 0 while errs says that the item failed: an access to the hole aborts, remove_from_physmap answers -ENOENT.",
  fix: "Check errs of every item, not the return value alone (Linux installs the pte anyway).",
  source:
    "Xen common/memory.c:xenmem_add_to_physmap_batch@master; Linux drivers/xen/xlate_mmu.c:remap_pte_fn@6.1",
  needs: [],
  passing: exampleLog(
    mapForeign(EXTENDED, -22),
    mapForeign(EXTENDED),
    remove(EXTENDED),
    mapForeign(EXTENDED, -22),
  ),
  failing: exampleLog(
    mapForeign(EXTENDED, -22),
    remove(EXTENDED, -2),
    mapForeign(EXTENDED + 1, -22),
    dma(EXTENDED + 1, EXTENDED + 1),
  ),
  repaired: exampleLog(mapForeign(EXTENDED, -22), mapForeign(EXTENDED), remove(EXTENDED)),
  watch(host) {
    const failed = new FrameMarks();

    function use(domain: Domain, gfn: number, what: string): void {
      const event = failed.at(domain, gfn);
      if (event === 0) return;
      failed.unmark(domain, gfn);
      host.report(errsIgnored, {
        domain,
        gfn,
        message: `${what} although its item failed in the add_to_physmap_batch of event ${event}`,
        ...causedBy(event, "the item failed, the call returned 0"),
      });
    }

    return {
      straight: { passes: { dmaPage: always } },
      subOps: [BATCH, "remove_from_physmap"],
      after(call) {
        const domain = targetDomain(call, host.machine);
        if (domain === undefined) return;
        if (call.name !== BATCH) {
          if (failed.size > 0 && call.ret < 0)
            use(domain, removedGfn(call), "remove_from_physmap names a gfn");
          return;
        }
        if (call.result !== 0) return;
        for (let item = call.start; item < call.items; item++) {
          const gfn = batchGfn(call, item);
          if (call.item(item) < 0 && !Number.isNaN(gfn)) failed.mark(domain, gfn, host.machine.event);
        }
      },
      dma(page) {
        if (!page.flush && failed.size > 0 && page.kind === FrameKind.hole)
          use(page.domain, page.gfn, "a DMA uses a gfn");
      },
      grant(domain, _ref, dom, gfn) {
        if (dom >= 0 && failed.size > 0 && domain.p2m.kindOf(gfn) === FrameKind.hole)
          use(domain, gfn, "a grant entry names a gfn");
      },
      forgotten: (domain) => failed.forget(domain),
    };
  },
};
