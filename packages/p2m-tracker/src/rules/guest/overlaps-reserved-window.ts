import type { Region } from "@xgt/hypercall-log";
import { FrameKind, SHARED_INFO } from "../../state/frame-kind.ts";
import type { Change } from "../../state/machine.ts";
import { EXTENDED, exampleLog, map, placeXenPage } from "../kinds/example.ts";
import { hex, type Rule } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";
import { RegionLists } from "../watch/region-lists.ts";
import { stretchBetween } from "../watch/stretch-between.ts";

const GRANT_WINDOW = "grant-table";
/** Names of reserved regions, or how they begin. */
const RESERVED = ["gic-", "uart", GRANT_WINDOW, "mmio:"];

/** What belongs in the window: grant-table frames in theirs, a device's own registers in its. */
function belongs(change: Change, window: Region): boolean {
  if (window.name === GRANT_WINDOW) return change.kind === FrameKind.xen && change.aux !== SHARED_INFO;
  return window.name.startsWith("mmio:") && change.kind === FrameKind.mmio && change.mfn === change.gfn;
}

const names = new Map<FrameKind, string>([
  [FrameKind.grant, "a grant"],
  [FrameKind.foreign, "a foreign frame"],
  [FrameKind.xen, "a page of Xen's"],
  [FrameKind.own, "RAM"],
  [FrameKind.mmio, "MMIO"],
  [FrameKind.identity, "the IOMMU identity entry of a granted frame"],
]);

/** Emulated devices are reached only while stage 2 faults: any entry there hides them. */
export const overlapsReservedWindow: Rule = {
  id: "G30",
  name: "overlaps-reserved-window",
  severity: "error",
  what: "Nothing is mapped over the GIC, the emulated UART, the grant window (but its own frames) or a device's registers.",
  why: "Emulated MMIO is hit only while stage 2 faults, so a mapping hides the virtual GIC or UART; the registers of a passed-through device are lost.",
  fix: "Map in extended regions; where a region itself lies over a window, fix the layout.",
  source:
    "Xen arch/arm/mmu/p2m.c:p2m_set_entry@master, arch/arm/vgic-v3.c:vgic_v3_domain_init@master, arch/arm/vpl011.c:domain_vpl011_init@master",
  needs: ["regions"],
  passing: exampleLog(map({ gfn: EXTENDED }), placeXenPage(1, 0, 0x38000)),
  failing: exampleLog(map({ gfn: 0x8000 }, { gfn: 0x9000, handle: 2, ref: 9 }), placeXenPage(0, 0, 0x38000)),
  beyondRepair:
    "Accesses to the device went to the page while it was mapped; an unmap or remove only ends that.",
  watch(host) {
    const windows = new RegionLists((name) => RESERVED.some((prefix) => name.startsWith(prefix)));
    return {
      straight: {
        passes: { grantMade: always },
        places: (domain, gfn) => stretchBetween(windows.of(domain), gfn),
      },
      changes: {
        to: [
          FrameKind.grant,
          FrameKind.foreign,
          FrameKind.xen,
          FrameKind.own,
          FrameKind.mmio,
          FrameKind.identity,
        ],
      },
      runs: {
        stretch: (domain, gfn) => stretchBetween(windows.of(domain), gfn),
        may: ({ domain, gfn }, count) => (stretchBetween(windows.of(domain), gfn)?.end ?? 0) >= gfn + count,
      },
      change(change) {
        const window = windows.at(change.domain, change.gfn);
        if (window === undefined || belongs(change, window)) return;
        const range = `${hex(window.gfn)}-${hex(window.gfn + window.count - 1)}`;
        host.report(overlapsReservedWindow, {
          domain: change.domain,
          gfn: change.gfn,
          message: `${change.call?.name ?? "a call"} puts ${names.get(change.kind)} into the ${window.name} window (gfn ${range})`,
        });
      },
    };
  },
};
