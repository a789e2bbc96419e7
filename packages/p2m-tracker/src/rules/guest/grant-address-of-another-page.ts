import { DEVICE_HAD_IT } from "../kinds/beyond-repair.ts";
import { address, exampleLogWith, frame, RAM } from "../kinds/example.ts";
import { hex, type Rule } from "../kinds/rule.ts";
import { always } from "../kinds/straight-rule.ts";

const header = { domains: [{ domid: 1, mode: "direct-mapped", ram: [{ gfn: "0x80000", count: "0x4000" }] }] };
const granted = { ev: "grant", domid: 1, ref: 16, dom: 0, gfn: frame(RAM), ro: true };

/** A DMA of a virtio frontend whose address names ref 16. */
function virtioDma(gfn: number): object {
  const segment = { phys: address(gfn), bus: "0x8000000000010000", size: 4096 };
  return { ev: "dma", domid: 1, pid: 7, op: "map", dir: "TO_DEVICE", dev: "virtio1", segments: [segment] };
}

/** A virtio frontend gives its backend grant refs for addresses (bit 63 set): each must grant the page that is meant. */
export const grantAddressOfAnotherPage: Rule = {
  id: "G52",
  name: "grant-address-of-another-page",
  severity: "error",
  what: "A bus address that names a grant ref (bit 63 set) names one that grants the page of the DMA.",
  why: "The backend maps the ref, not the page: it reads or writes whatever page the ref grants. A page offset above 4 KiB that is not turned into further refs ends so.",
  fix: "Take page and offset apart in pages of 4 KiB (XEN_PAGE_SIZE) before granting, and use consecutive refs for the pages of one buffer.",
  source: "Linux drivers/xen/grant-dma-ops.c:xen_grant_dma_map_page@6.1 (grant_to_dma)",
  needs: ["grant-entries", "dma"],
  passing: exampleLogWith(header, granted, virtioDma(RAM)),
  failing: exampleLogWith(header, granted, virtioDma(RAM + 1)),
  beyondRepair: DEVICE_HAD_IT,
  watch: (host) => ({
    straight: { passes: { dmaPage: always } },
    dma(page) {
      if (page.grantRef < 0) return;
      const { grants } = page.domain;
      const entry = grants.get(page.grantRef);
      // Without an entry the log must show what others are written, from the beginning on.
      const missing = entry === undefined && (grants.allSeen || (host.fromBoot && grants.size > 0));
      if (entry === undefined ? !missing : entry.gfn === page.gfn) return;
      const what = entry === undefined ? "is not granted" : `grants gfn ${hex(entry.gfn)}, not this page`;
      host.report(grantAddressOfAnotherPage, {
        domain: page.domain,
        gfn: page.gfn,
        certain: entry !== undefined,
        uncertain: ["grant-entries"],
        message: `the bus address of a DMA names ref ${page.grantRef}, which ${what}`,
      });
    },
  }),
};
