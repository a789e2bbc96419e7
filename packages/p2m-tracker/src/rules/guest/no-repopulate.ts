import { Stop } from "../../call/call.ts";
import type { Domain } from "../../state/domain.ts";
import { EntryFlag, FrameKind } from "../../state/frame-kind.ts";
import { decrease, dma, EXTENDED, exampleLog, map, populate, RAM, remove, unmap } from "../kinds/example.ts";
import type { Rule, RuleHost } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { causedBy } from "../watch/caused-by.ts";
import { stoppedThere } from "../watch/extent-fields.ts";
import { FrameMarks } from "../watch/frame-marks.ts";
import { targetDomain } from "../watch/physmap-fields.ts";

/** Event of the unmap that left this hole in own RAM; 0: the gfn is no such hole. */
function unmappedAt(domain: Domain, gfn: number): number {
  const p2m = domain.p2m;
  const event = p2m.eventAt(gfn);
  if (event === 0 || p2m.kindOf(gfn) !== FrameKind.hole || domain.inRam(gfn) !== true) return 0;
  // The grant went with the gfn's latest change: nobody ballooned the gfn out since.
  return event === p2m.goneEventAt(gfn) ? event : 0;
}

const LEFT_BALLOONED = "RAM that decrease_reservation gave back is still a hole when the log ends";
const LEFT_DISPLACED =
  "own RAM that a mapping or remove_from_physmap took away, without a decrease, is still a hole when the log ends";

/** Holes of own RAM at the end of the log, in runs of the same origin. */
function reportLeftHoles(host: RuleHost, domain: Domain, used: FrameMarks): void {
  let first = Number.NaN;
  let count = 0;
  let ballooned = false;
  let event = 0;
  const flush = () => {
    if (count === 0) return;
    host.report(noRepopulate, {
      domain,
      gfn: first,
      count,
      severity: ballooned ? "info" : "warning",
      message: ballooned ? LEFT_BALLOONED : LEFT_DISPLACED,
      ...causedBy(event, "the first of these gfns became a hole"),
    });
    count = 0;
  };
  domain.p2m.forEach((gfn) => {
    const p2m = domain.p2m;
    if (p2m.kindOf(gfn) !== FrameKind.hole || domain.inRam(gfn) !== true) return;
    const lineage = p2m.lineageOf(gfn);
    // Without a lineage the hole is older than the log.
    if (lineage === 0 || used.at(domain, gfn) !== 0) return;
    const byDecrease = (lineage & EntryFlag.ballooned) !== 0;
    if (gfn !== first + count || byDecrease !== ballooned) flush();
    if (count === 0) {
      first = gfn;
      ballooned = byDecrease;
      event = p2m.eventAt(gfn);
    }
    count++;
  });
  flush();
}

/**
 * After an unmap the gfn is a hole, whatever it held before the map. Mapping another grant there is what such a hole
 * is kept for. Holes that are left when the log ends: a warning where the map or the remove took RAM away, only
 * information where the balloon did (Linux keeps ballooned pages for the next map).
 */
export const noRepopulate: Rule = {
  id: "G05",
  name: "no-repopulate",
  severity: "error",
  what: "After an unmap a gfn taken from RAM is populated before it is used as RAM again.",
  why: "An access to the hole aborts, a device gets a frame that the CPU does not see, a peer that maps a grant of it gets bad_page.",
  fix: "Populate the gfn after the unmap (a direct-mapped domain gets its own frame back).",
  source:
    "Xen common/grant_table.c:unmap_common@master; Zephyr drivers/xen/gnttab.c:gnttab_put_page@06758ff2",
  needs: ["ram"],
  passing: exampleLog(
    decrease([RAM, RAM + 1]),
    map({ gfn: RAM }, { gfn: EXTENDED, handle: 2, ref: 9 }),
    unmap(RAM),
    unmap(EXTENDED, 2),
    map({ gfn: RAM }),
    unmap(RAM),
    populate([RAM, RAM + 1]),
    dma(RAM, RAM),
  ),
  failing: exampleLog(
    decrease([RAM]),
    map({ gfn: RAM }),
    unmap(RAM),
    dma(RAM, RAM),
    remove(RAM + 1),
    map({ gfn: RAM + 1 }),
    unmap(RAM + 1),
  ),
  repaired: exampleLog(decrease([RAM]), map({ gfn: RAM }), unmap(RAM), populate([RAM]), dma(RAM, RAM)),
  watch(host) {
    /** Holes whose use was reported: their end needs no second word. */
    const used = new FrameMarks();
    const use = (domain: Domain, gfn: number, what: string): void => {
      const event = unmappedAt(domain, gfn);
      if (event === 0 || used.at(domain, gfn) !== 0) return;
      used.mark(domain, gfn, host.machine.event);
      host.report(noRepopulate, {
        domain,
        gfn,
        message: `${what} uses a gfn as RAM that was not populated after the grant mapped there was unmapped`,
        ...causedBy(event, "the unmap left a hole"),
      });
    };
    return {
      straight: { passes: { dmaPage: always, decreaseCall: always } },
      subOps: ["decrease_reservation"],
      after(call) {
        const domain = targetDomain(call, host.machine);
        if (domain !== undefined && call.stop === Stop.notRam && stoppedThere(call))
          use(domain, call.stopGfn, call.name);
      },
      dma(page) {
        if (!page.flush && page.kind === FrameKind.hole) use(page.domain, page.gfn, "a DMA");
      },
      grant(domain, _ref, dom, gfn) {
        if (dom >= 0) use(domain, gfn, "a grant entry");
      },
      forgotten: (domain) => used.forget(domain),
      end() {
        for (const domain of host.machine.domains.values()) reportLeftHoles(host, domain, used);
      },
    };
  },
};
