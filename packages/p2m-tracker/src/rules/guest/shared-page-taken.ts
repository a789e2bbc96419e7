import { FrameKind, frameKindNames } from "../../state/frame-kind.ts";
import type { SharedPage } from "../../state/shared-pages.ts";
import { decrease, exampleLog, frame, RAM, share, unshare } from "../kinds/example.ts";
import type { Rule, RuleHost } from "../kinds/rule.ts";
import { causedBy } from "../watch/caused-by.ts";
import { everywhere } from "../watch/stretch-between.ts";

/** "optee" as recorded; "the secure world" where no name was. */
function partnerOf(page: SharedPage, host: RuleHost): string {
  const name = host.text(page.partner);
  return name === "" ? "the secure world" : name;
}

/** The secure world knows a page by its machine address: what the guest puts at the gfn meanwhile it never sees. */
export const sharedPageTaken: Rule = {
  id: "G54",
  name: "shared-page-taken",
  severity: "error",
  what: "A page that the secure world has is not ballooned out, not covered by another mapping, and not granted away.",
  why: "OP-TEE and FF-A partitions go on reading and writing the machine frame: Xen pins it, but lets the p2m change. The guest reaches a hole or another page there, and a domain that is not direct-mapped gets another frame back. A second domain that is granted the page changes what the secure world works on.",
  fix: "Give the buffer back first (unregister the shared memory, FFA_MEM_RECLAIM), and keep its pages from the balloon and from grant and foreign maps until then.",
  source:
    "Xen arch/arm/tee/optee.c:get_domain_ram_page@master, arch/arm/tee/ffa_shm.c:get_shm_pages@master, common/memory.c:guest_remove_page@master",
  needs: ["shares"],
  passing: exampleLog(share(RAM), unshare(RAM), decrease([RAM])),
  failing: exampleLog(share(RAM), decrease([RAM]), share(RAM + 1), {
    ev: "grant",
    ref: 8,
    dom: 1,
    gfn: frame(RAM + 1),
    ro: false,
  }),
  beyondRepair:
    "The secure world went on with the frame while the guest had another one, or none, there: a populate does not bring together what both wrote.",
  watch(host) {
    return {
      changes: {
        from: [FrameKind.own],
        to: [FrameKind.hole, FrameKind.grant, FrameKind.foreign, FrameKind.xen, FrameKind.mmio],
      },
      runs: {
        stretch: (domain) => (domain.shared.size === 0 ? everywhere() : undefined),
        may: ({ domain }) => domain.shared.size === 0,
      },
      change({ domain, gfn, kind, call }) {
        const page = domain.shared.size === 0 ? undefined : domain.shared.at(gfn);
        if (page === undefined) return;
        const by = call?.name ?? "a mapping";
        const does =
          kind === FrameKind.hole ? "takes a page away" : `puts ${frameKindNames[kind]} over a page`;
        host.report(sharedPageTaken, {
          domain,
          gfn,
          certain: call?.certain ?? true,
          message: `${by} ${does} that ${partnerOf(page, host)} still has: it goes on with the frame that was there`,
          ...causedBy(page.event, "shared here"),
        });
      },
      grant(domain, ref, dom, gfn, ro) {
        const page = dom < 0 || domain.shared.size === 0 ? undefined : domain.shared.at(gfn);
        if (page === undefined || dom === domain.domid) return;
        host.report(sharedPageTaken, {
          domain,
          gfn,
          severity: ro ? "info" : "warning",
          message: `ref ${ref} grants domain ${dom} a page that ${partnerOf(page, host)} has${ro ? ", to read" : ", to write into"}`,
          ...causedBy(page.event, "shared here"),
        });
      },
    };
  },
};
