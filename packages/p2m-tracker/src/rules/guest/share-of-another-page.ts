import { FrameKind, frameKindNames } from "../../state/frame-kind.ts";
import { EXTENDED, exampleLog, map, RAM, share, unshare } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";

/** Kinds of pages that Xen's mediators refuse. */
const REFUSED: readonly FrameKind[] = [
  FrameKind.hole,
  FrameKind.grant,
  FrameKind.foreign,
  FrameKind.mmio,
  FrameKind.identity,
];

/** What the guest takes for a buffer of its own is another domain's page, or none. */
export const shareOfAnotherPage: Rule = {
  id: "G56",
  name: "share-of-another-page",
  severity: "warning",
  what: "Only the domain's own RAM is shared with the secure world.",
  why: "Xen takes pages of type RAM, mapped to be written, and refuses the whole buffer otherwise: what the log calls shared cannot be, so that the guest goes on with a buffer that the secure world has not got.",
  fix: "Copy the data into own RAM and share that; look at what the registering call answers.",
  source: "Xen arch/arm/tee/optee.c:get_domain_ram_page@master, arch/arm/tee/ffa_shm.c:get_shm_pages@master",
  needs: ["shares"],
  passing: exampleLog(share(RAM), unshare(RAM)),
  failing: exampleLog(map({ gfn: EXTENDED }), share(EXTENDED)),
  beyondRepair: "Xen refused the buffer; a later one of own RAM is another buffer.",
  watch(host) {
    return {
      share(domain, gfn, count, _partner, begins) {
        for (let page = gfn; begins && page < gfn + count; page++) {
          const kind = domain.p2m.kindOf(page);
          if (!REFUSED.includes(kind)) continue;
          host.report(shareOfAnotherPage, {
            domain,
            gfn: page,
            certain: host.fromBoot || domain.p2m.eventAt(page) > 0,
            message: `a page is shared with the secure world whose gfn holds ${frameKindNames[kind]}, not own RAM`,
          });
        }
      },
    };
  },
};
