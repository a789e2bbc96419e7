import { type Call, Stop } from "../../call/call.ts";
import { SHORT_CALL_FRAMES_MAX } from "../../limits.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind } from "../../state/frame-kind.ts";
import { decrease, dma, exampleLog, exampleLogWith, map, populate, RAM, remove } from "../kinds/example.ts";
import type { Rule, RuleHost } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { causedBy } from "../watch/caused-by.ts";
import { forEachFrameFrom, isShort, stoppedThere } from "../watch/extent-fields.ts";
import { FrameMarks } from "../watch/frame-marks.ts";
import { removedGfn, targetDomain } from "../watch/physmap-fields.ts";

/** Whether a gfn that a populate did not reach holds nothing. One that is RAM already, or mapped, is no mistake. */
function isMissing(domain: Domain, gfn: number): boolean {
  const kind = domain.p2m.kindOf(gfn);
  return kind === FrameKind.hole || (kind === FrameKind.unknown && domain.inRam(gfn) === false);
}

/** The two kinds of extents that a short count leaves: still missing after a populate, still RAM after a decrease. */
class LeftOut {
  readonly missing = new FrameMarks();
  readonly kept = new FrameMarks();
  private readonly host: RuleHost;

  constructor(host: RuleHost) {
    this.host = host;
  }

  note(call: Call, domain: Domain): void {
    const populates = call.name === "populate_physmap";
    const event = this.host.machine.event;
    forEachFrameFrom(call, call.done, SHORT_CALL_FRAMES_MAX, (gfn) => {
      if (populates && isMissing(domain, gfn)) this.missing.mark(domain, gfn, event);
      else if (!populates && domain.p2m.kindOf(gfn) === FrameKind.own) this.kept.mark(domain, gfn, event);
    });
  }

  /** Something uses the gfn as RAM. */
  use(domain: Domain, gfn: number, what: string): void {
    const event = this.missing.at(domain, gfn);
    if (event === 0) return;
    this.missing.unmark(domain, gfn);
    this.host.report(shortCountIgnored, {
      domain,
      gfn,
      message: `${what} uses a gfn as RAM that the short populate_physmap of event ${event} did not reach: nothing is mapped there`,
      ...causedBy(event, "populate_physmap answered fewer extents than asked for"),
    });
  }
}

/**
 * After a populate a use is: a DMA, a grant entry, a decrease or remove that takes the memory for present. Mapping a
 * grant there, or populating it again (Linux retries until it gets the memory), is not: the gfn is the hole that such
 * calls need. After a decrease a use is any mapping put over what is still RAM.
 */
export const shortCountIgnored: Rule = {
  id: "G02",
  name: "short-count-ignored",
  severity: "error",
  what: "Extents from the returned count on are not used: the call did not do them.",
  why: "What was not populated is a hole (an access aborts), what was not given back is still RAM under the mapping put there.",
  fix: "Act on the first `ret` extents only, and keep the others on the list that they came from.",
  source:
    "Xen common/memory.c:populate_physmap,decrease_reservation@master; Linux drivers/xen/balloon.c:increase_reservation@6.1",
  needs: [],
  passing: exampleLog(
    decrease([RAM, RAM + 1]),
    populate([RAM, RAM + 1], 1),
    dma(RAM, RAM),
    populate([RAM + 1]),
    dma(RAM + 1, RAM + 1),
  ),
  failing: exampleLog(
    decrease([RAM, RAM + 1]),
    populate([RAM, RAM + 1], 1),
    dma(RAM + 1, RAM + 1),
    decrease([RAM + 2, RAM + 3], 1),
    map({ gfn: RAM + 3 }),
    decrease([RAM + 4]),
    populate([RAM + 4], 0),
    remove(RAM + 4, -2),
  ),
  repaired: exampleLogWith(
    { facts: { domid: 0, roles: ["control"] } },
    decrease([RAM, RAM + 1]),
    populate([RAM, RAM + 1], 1),
    populate([RAM + 1]),
    dma(RAM + 1, RAM + 1),
  ),
  watch(host) {
    const left = new LeftOut(host);
    return {
      straight: {
        passes: { dmaPage: () => left.missing.size === 0, decreaseCall: always, populateCall: always },
      },
      subOps: ["populate_physmap", "decrease_reservation", "remove_from_physmap"],
      after(call) {
        const domain = targetDomain(call, host.machine);
        if (domain === undefined) return;
        if (call.name === "remove_from_physmap") {
          if (left.missing.size > 0 && call.ret < 0) left.use(domain, removedGfn(call), call.name);
          return;
        }
        // A stop that the log contradicts is no evidence of a hole.
        if (call.stop === Stop.notRam && stoppedThere(call)) left.use(domain, call.stopGfn, call.name);
        if (isShort(call)) left.note(call, domain);
      },
      changes: { from: [FrameKind.own], to: [FrameKind.grant, FrameKind.foreign, FrameKind.xen] },
      change(change) {
        const event = left.kept.until(change);
        if (event === 0) return;
        host.report(shortCountIgnored, {
          domain: change.domain,
          gfn: change.gfn,
          message: `${change.call?.name ?? "a mapping"} takes a gfn for a hole that the short decrease_reservation of event ${event} did not reach: it is still RAM`,
          ...causedBy(event, "decrease_reservation answered fewer extents than asked for"),
        });
      },
      dma(page) {
        if (!page.flush && left.missing.size > 0) left.use(page.domain, page.gfn, "a DMA");
      },
      grant(domain, _ref, dom, gfn) {
        if (dom >= 0 && left.missing.size > 0) left.use(domain, gfn, "a grant entry");
      },
      forgotten(domain) {
        left.missing.forget(domain);
        left.kept.forget(domain);
      },
    };
  },
};
