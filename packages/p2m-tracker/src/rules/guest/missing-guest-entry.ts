import type { DmaPage } from "../../state/dma-page.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind } from "../../state/frame-kind.ts";
import { DEVICE_HAD_IT } from "../kinds/beyond-repair.ts";
import { dmaName } from "../kinds/dma-rule.ts";
import { dma, EXTENDED, exampleLog, guestEntry, map, PEER_FRAME } from "../kinds/example.ts";
import { hex, type Rule, type RuleHost } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";

/** Since when a domain's table is followed. */
interface Followed {
  readonly epoch: number;
  /** Exit of the last call before the table was first heard of: older maps may have entries made unseen. */
  readonly from: number;
}

class EntryWatch {
  private readonly host: RuleHost;
  private readonly followed = new Map<number, Followed>();
  /** Mappings already reported: by domain, gfn -> event of the map. One entry at most per mapped gfn. */
  private readonly reported = new Map<number, Map<number, number>>();

  constructor(host: RuleHost) {
    this.host = host;
  }

  heard(domain: Domain): void {
    if (Number.isNaN(this.followedFrom(domain)))
      this.followed.set(domain.domid, { epoch: domain.guestP2m.epoch, from: this.host.lastCall });
  }

  /** Whether entries of the domain's table were heard of since it is known. */
  follows(domain: Domain): boolean {
    return !Number.isNaN(this.followedFrom(domain));
  }

  hasNoReport(domain: Domain): boolean {
    return (this.reported.get(domain.domid)?.size ?? 0) === 0;
  }

  page(page: DmaPage): void {
    const domain = page.domain;
    if (page.flush || page.kind !== FrameKind.grant || page.iommu === true) return;
    if (Number.isNaN(page.mfn) || domain.guestP2m.events === 0) return;
    // A wrong bus address is another rule's: G17, G18, G45.
    if (!Number.isNaN(page.busMfn) && page.busMfn !== page.mfn) return;
    const believed = domain.guestP2m.get(page.gfn);
    // Without an entry the guest takes the gfn itself, which is right where the frame has that number.
    if ((believed ?? page.gfn) === page.mfn) return;
    const mapped = domain.p2m.eventAt(page.gfn);
    if (believed === undefined && !(mapped >= this.followedFrom(domain))) {
      this.host.indeterminate(
        missingGuestEntry,
        "a granted page was mapped before the log showed the guest's table",
      );
      return;
    }
    const reported = this.reportedOf(domain.domid);
    if (reported.get(page.gfn) === mapped) return;
    reported.set(page.gfn, mapped);
    this.report(page, believed, mapped);
  }

  /** The mapping at this gfn has ended. */
  left(domid: number, gfn: number): void {
    this.reported.get(domid)?.delete(gfn);
  }

  forget(domid: number): void {
    this.reported.delete(domid);
  }

  /** Event from which on maps have entries that were seen; NaN: the table is not known at all. */
  private followedFrom(domain: Domain): number {
    const followed = this.followed.get(domain.domid);
    return followed?.epoch === domain.guestP2m.epoch ? followed.from : Number.NaN;
  }

  private reportedOf(domid: number): Map<number, number> {
    const reported = this.reported.get(domid) ?? new Map<number, number>();
    this.reported.set(domid, reported);
    return reported;
  }

  private report(page: DmaPage, believed: number | undefined, mapped: number): void {
    const table = believed === undefined ? "has no entry" : `says ${hex(believed)}`;
    this.host.report(missingGuestEntry, {
      domain: page.domain,
      gfn: page.gfn,
      message: `${dmaName(page, this.host)}: the guest's table ${table} for ${hex(page.gfn)}, where a grant of frame ${hex(page.mfn)} has been mapped since event ${mapped}`,
      busMfn: page.busMfn,
      expectedMfn: page.mfn,
      causeEvent: mapped,
    });
  }
}

/** A granted page is used for DMA and the guest's table does not say which frame it is. */
export const missingGuestEntry: Rule = {
  id: "G08",
  name: "missing-guest-entry",
  severity: "error",
  what: "A granted page that is used for DMA has an entry in the guest's table, naming the frame of its dev_bus_addr.",
  why: "The guest computes the next bus address of this page from its table: without the entry, or with another frame in it, the device goes to the wrong frame.",
  fix: "Make the entry (host_addr >> 12 -> dev_bus_addr >> 12) as soon as the map returns okay, and unmap at once where that fails.",
  source:
    "Xen common/grant_table.c:map_grant_ref@master (dev_bus_addr); Linux arch/arm/xen/p2m.c:set_foreign_p2m_mapping@6.1, include/xen/arm/page.h:pfn_to_bfn@6.1",
  needs: ["guest-p2m", "dma"],
  passing: exampleLog(
    map({ gfn: EXTENDED, mfn: PEER_FRAME, handle: 1 }),
    guestEntry(EXTENDED, PEER_FRAME),
    dma(EXTENDED, PEER_FRAME),
  ),
  failing: exampleLog(
    map(
      { gfn: EXTENDED, mfn: PEER_FRAME, handle: 1 },
      { gfn: EXTENDED + 1, mfn: PEER_FRAME + 1, handle: 2, ref: 9 },
    ),
    guestEntry(EXTENDED, PEER_FRAME),
    dma(EXTENDED + 1, PEER_FRAME + 1),
  ),
  beyondRepair: DEVICE_HAD_IT,
  watch(host) {
    const watch = new EntryWatch(host);
    return {
      straight: {
        passes: {
          dmaPage: always,
          guestEntry: (domain) => watch.follows(domain),
          grantGone: (domain) => watch.hasNoReport(domain),
        },
      },
      guestP2m: (domain) => watch.heard(domain),
      dma: (page) => watch.page(page),
      changes: { from: [FrameKind.grant] },
      change: (change) => watch.left(change.domain.domid, change.gfn),
      forgotten: (domain) => watch.forget(domain.domid),
    };
  },
};
