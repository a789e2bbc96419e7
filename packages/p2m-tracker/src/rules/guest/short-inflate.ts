import { extentOrder } from "../../semantics/shared/reservation-fields.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind } from "../../state/frame-kind.ts";
import { decrease, exampleLog, populate, RAM } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { causedBy } from "../watch/caused-by.ts";
import { FrameMarks } from "../watch/frame-marks.ts";
import { forEachRun } from "../watch/frame-runs.ts";
import { everywhere } from "../watch/stretch-between.ts";

const DECREASE = "decrease_reservation";

/**
 * The frames of a failing extent that went before the one that stopped it are marked when they go, and reported when
 * something uses them or the log ends. A guest that populates the whole extent again has done what the short count
 * asks for, so the decrease alone is no finding.
 */
export const shortInflate: Rule = {
  id: "G03",
  name: "short-inflate",
  severity: "error",
  what: "A short decrease_reservation of order > 0 is taken for a partial loss of the failing extent too.",
  why: "Xen removes frame by frame: those of the failing extent before the bad one are holes already and are not counted, while the guest takes the extent for populated.",
  fix: "Balloon out with order 0, or populate the whole failing extent again (harmless on a direct-mapped domain).",
  source:
    "Xen common/memory.c:decrease_reservation,guest_remove_page@master; Linux drivers/xen/balloon.c:decrease_reservation@6.1",
  needs: [],
  passing: exampleLog(decrease([RAM + 3]), decrease([RAM, RAM + 1, RAM + 2])),
  failing: exampleLog(decrease([RAM + 3]), decrease([RAM], 0, { extent_order: 2 })),
  repaired: exampleLog(
    decrease([RAM + 3]),
    decrease([RAM], 0, { extent_order: 2 }),
    populate([RAM], 1, { extent_order: 2 }),
  ),
  watch(host) {
    const lost = new FrameMarks();

    function report(domain: Domain, gfn: number, count: number, event: number, how: string): void {
      host.report(shortInflate, {
        domain,
        gfn,
        count,
        message: `the extent at which the short decrease_reservation of event ${event} stopped lost frames that its count leaves out: ${how}`,
        certain: domain.p2m.kindOf(gfn) === FrameKind.hole,
        uncertain: ["answer"],
        ...causedBy(event, "decrease_reservation stopped inside an extent"),
      });
    }

    function use(domain: Domain, gfn: number, what: string): void {
      const event = lost.at(domain, gfn);
      if (event === 0) return;
      lost.unmark(domain, gfn);
      report(domain, gfn, 1, event, `${what} uses one`);
    }

    return {
      straight: { passes: { dmaPage: () => lost.size === 0 } },
      changes: { from: [FrameKind.own], to: [FrameKind.hole, FrameKind.unknown] },
      // A call on the straight path does all that it was asked for.
      runs: {
        stretch: everywhere,
        may: ({ call, item }, count) => call === undefined || !(item + count - 1 >= call.ret),
      },
      change(change) {
        const call = change.call;
        // Only the extent that the count names as the first one not done.
        if (call === undefined || !(change.item >= call.ret)) return;
        if (call.name === DECREASE && extentOrder(call) > 0)
          lost.mark(change.domain, change.gfn, host.machine.event);
      },
      dma(page) {
        if (!page.flush && lost.size > 0) use(page.domain, page.gfn, "a DMA");
      },
      grant(domain, _ref, dom, gfn) {
        if (dom >= 0 && lost.size > 0) use(domain, gfn, "a grant entry");
      },
      forgotten: (domain) => lost.forget(domain),
      end() {
        for (const domain of host.machine.domains.values()) {
          const byEvent = new Map<number, number[]>();
          lost.forEach(domain, (gfn, event) => {
            const gfns = byEvent.get(event);
            if (gfns === undefined) byEvent.set(event, [gfn]);
            else gfns.push(gfn);
          });
          for (const [event, gfns] of byEvent)
            forEachRun(gfns, (gfn, count) =>
              report(domain, gfn, count, event, "they are never populated again"),
            );
        }
      },
    };
  },
};
