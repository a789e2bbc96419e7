import { type Domain, isMadeByXen } from "../../state/domain.ts";
import { EntryFlag, FrameKind, SHARED_INFO } from "../../state/frame-kind.ts";
import type { Change } from "../../state/machine.ts";
import { decrease, EXTENDED, exampleLog, map, mapForeign, placeXenPage, RAM } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { always, type Stretch } from "../kinds/straight-rule.ts";
import { isAssumed } from "../watch/assumed-state.ts";
import { coveredRegion } from "../watch/made-by-xen.ts";
import { RegionLists } from "../watch/region-lists.ts";
import { shared, stretchBetween } from "../watch/stretch-between.ts";

const GRANT_WINDOW = "grant-table";
const PLACES_UNKNOWN = "a mapping was made where RAM or extended regions are not known";

/** Whether a mapping at the changed gfn is where mappings belong; null: not known. */
function isSafe(change: Change, extended: RegionLists): boolean | null {
  const { domain, gfn } = change;
  const inRam = domain.inRam(gfn);
  if (inRam === true) return isMadeFree(change);
  if (extended.at(domain, gfn) !== undefined) return true;
  return inRam === null || extended.of(domain).length === 0 ? null : false;
}

/** A gfn of the banks is free where own RAM was taken out by a decrease, or is a hole for another known reason. */
function isMadeFree(change: Change): boolean | null {
  if (change.oldKind === FrameKind.hole) return true;
  if ((change.oldFlags & EntryFlag.ballooned) !== 0) return true;
  return change.oldKind === FrameKind.unknown ? null : false;
}

/** Xen's own pages have places of their own: the grant window, and for shared_info what G14 says. */
function isXenPagePlace(change: Change): boolean {
  if (change.kind !== FrameKind.xen) return false;
  if (change.aux === SHARED_INFO) return change.oldKind === FrameKind.own;
  return change.domain.regionAt(change.gfn, ({ name }) => name === GRANT_WINDOW) !== undefined;
}

/** The extended region around a gfn, or all that is not known to be RAM where regions are not known; else undefined. */
function safeAround(domain: Domain, gfn: number, extended: RegionLists): Stretch | undefined {
  const outside = stretchBetween([...(domain.ram ?? []), ...domain.regions.filter(isMadeByXen)], gfn);
  if (outside === undefined) return undefined;
  const region = extended.at(domain, gfn);
  if (region !== undefined) return shared(outside, { first: region.gfn, end: region.gfn + region.count });
  return extended.of(domain).length === 0 ? { ...outside, open: PLACES_UNKNOWN } : undefined;
}

const names = new Map<FrameKind, string>([
  [FrameKind.grant, "a grant"],
  [FrameKind.foreign, "a foreign frame"],
  [FrameKind.xen, "a page of Xen's"],
]);

/** Where a mapping hides nothing: extended regions, and RAM that was ballooned or removed. */
export const outsideSafeSpace: Rule = {
  id: "G29",
  name: "outside-safe-space",
  severity: "warning",
  what: "Grants, foreign frames and Xen's pages are mapped in extended regions or where RAM was ballooned out.",
  why: "Anywhere else a mapping may sit on a passthrough device, an emulated GIC or UART window, or RAM in use.",
  fix: "Use the regions of the hypervisor node (reg[1] and up), or balloon the gfn out first.",
  source:
    "Xen arch/arm/domain_build.c:make_hypervisor_node@master; Linux arch/arm/xen/enlighten.c:arch_xen_unpopulated_init@6.1",
  needs: ["regions"],
  passing: exampleLog(
    map({ gfn: EXTENDED }),
    decrease([RAM]),
    map({ gfn: RAM, handle: 2, ref: 9 }),
    placeXenPage(1, 0, 0x38000),
  ),
  failing: exampleLog(map({ gfn: RAM }), mapForeign(0x50000)),
  beyondRepair:
    "What lay beneath was hidden while the mapping was there, and no log shows who looked for it.",
  watch(host) {
    const extended = new RegionLists((name) => name === "extended");
    return {
      straight: {
        passes: { grantMade: always },
        places: (domain, gfn) => safeAround(domain, gfn, extended),
        undecided: (why, times) => host.indeterminate(outsideSafeSpace, why, times),
      },
      changes: { to: [FrameKind.grant, FrameKind.foreign, FrameKind.xen] },
      change(change) {
        if (coveredRegion(change) !== undefined) return;
        const safe = isSafe(change, extended);
        if (safe === true || isXenPagePlace(change)) return;
        const inRam = change.domain.inRam(change.gfn) === true;
        if (safe === null) {
          const why = inRam ? "a mapping was made over RAM in an unknown state" : PLACES_UNKNOWN;
          host.indeterminate(outsideSafeSpace, why);
          return;
        }
        host.report(outsideSafeSpace, {
          domain: change.domain,
          gfn: change.gfn,
          message: `${change.call?.name ?? "a call"} maps ${names.get(change.kind)} outside the extended regions and where no RAM was ballooned out${inRam ? " (inside a RAM bank)" : ""}`,
          certain: !inRam || !isAssumed(change, host),
        });
      },
    };
  },
};
