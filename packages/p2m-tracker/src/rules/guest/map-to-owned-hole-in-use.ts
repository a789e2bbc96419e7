import { FrameKind } from "../../state/frame-kind.ts";
import { decrease, exampleLogWith, frame, map, RAM } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { mapText } from "../watch/grant-map-text.ts";
import { stretchBetween } from "../watch/stretch-between.ts";

const BOOT = { from_boot: true };

/**
 * A hole in the banks that no call of a log from boot on made: the guest did not take it out of use, so its allocator
 * does not know that the gfn is taken.
 */
export const mapToOwnedHoleInUse: Rule = {
  id: "G28",
  name: "map-to-owned-hole-in-use",
  severity: "warning",
  what: "A grant is mapped inside the RAM banks only at a gfn that the guest made a hole itself.",
  why: "The allocator may hand the gfn out as RAM later and use it while the grant is there.",
  fix: "Take the gfn from the list of ballooned pages, or from an extended region.",
  source:
    "Xen arch/arm/mm.c:create_grant_host_mapping@master; Linux drivers/xen/balloon.c:xen_alloc_ballooned_pages@6.1",
  needs: ["from-boot", "ram"],
  passing: exampleLogWith(BOOT, decrease([RAM]), map({ gfn: RAM })),
  failing: exampleLogWith({ ...BOOT, facts: { domid: 0, holes: [frame(RAM)] } }, map({ gfn: RAM })),
  beyondRepair: "While the grant was there the allocator could hand the gfn out, and no log shows it.",
  watch: (host) => ({
    straight: {
      passes: { grantMade: always },
      places: (domain, gfn) => stretchBetween(host.fromBoot ? (domain.ram ?? []) : [], gfn),
    },
    changes: { from: [FrameKind.hole], to: [FrameKind.grant] },
    change(change) {
      if (!host.fromBoot || change.oldEvent > 0 || change.domain.inRam(change.gfn) !== true) return;
      host.report(mapToOwnedHoleInUse, {
        domain: change.domain,
        gfn: change.gfn,
        message: `${mapText(change)} mapped inside the RAM banks at a hole that the guest did not make: its allocator may hand the gfn out`,
      });
    },
  }),
};
