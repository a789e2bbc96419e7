import { DmaDirection } from "@xgt/hypercall-log";
import type { Domain } from "../../state/domain.ts";
import { dma, EXTENDED, exampleLogWith, frame, map, unmap } from "../kinds/example.ts";
import { hex, type Rule } from "../kinds/rule.ts";
import { causedBy } from "../watch/caused-by.ts";
import { mappedAt, mapperOf } from "../watch/grant-mappers.ts";
import { GrantedFrames } from "../watch/granted-frames.ts";

const header = {
  domains: [
    { domid: 0, mode: "direct-mapped", ram: [{ gfn: "0x80000", count: "0x4000" }], iommu: false },
    { domid: 1, mode: "direct-mapped", ram: [{ gfn: "0xc8000", count: "0x4000" }], iommu: false },
  ],
};
const granted = { ev: "grant", domid: 1, ref: 8, dom: 0, gfn: frame(0xc8000), ro: false };
const read = { ...dma(0xc8000, 0xc8000, "FROM_DEVICE"), domid: 1 };

/** A page goes to its next user while its grant entry lives and a peer has it mapped: XSA-396. */
export const reusedWhileMapped: Rule = {
  id: "G51",
  name: "reused-while-mapped",
  severity: "warning",
  what: "A granted page that a peer still has mapped is not given to a device to write, nor granted to another domain.",
  why: "The peer reads what the next user of the page writes, and writes into it (XSA-396: the answer that the grant could not be ended yet was ignored).",
  fix: "Look at what gnttab_end_foreign_access_ref answers: while it says that the entry is in use, keep the page and try again later.",
  source:
    "Linux drivers/xen/grant-table.c:gnttab_end_foreign_access_ref,gnttab_try_end_foreign_access@6.1 (XSA-396)",
  needs: ["grant-entries", "dma"],
  passing: exampleLogWith(header, granted, map({ gfn: EXTENDED, mfn: 0xc8000 }), unmap(EXTENDED), read),
  failing: exampleLogWith(header, granted, map({ gfn: EXTENDED, mfn: 0xc8000 }), read, unmap(EXTENDED)),
  beyondRepair: "The peer has had the page of its next user: an unmap afterwards takes nothing back.",
  watch(host) {
    const tables = new Map<Domain, GrantedFrames>();
    const tableOf = (domain: Domain): GrantedFrames => {
      let table = tables.get(domain);
      if (table === undefined) {
        table = new GrantedFrames(domain);
        tables.set(domain, table);
      }
      return table;
    };

    /** `ref` shares the gfn with a peer that has it mapped. */
    function reuse(domain: Domain, gfn: number, ref: number, what: string): void {
      const mapper = mapperOf(host.machine, domain.domid, ref);
      // A domain that maps its own grants (a loopback) uses the page on both sides.
      if (mapper === undefined || mapper === domain) return;
      host.report(reusedWhileMapped, {
        domain,
        gfn,
        certain: host.recorders === 1,
        uncertain: ["recorders"],
        message: `${what} a page that ref ${ref} shares with domain ${mapper.domid}, which has it mapped`,
        ...causedBy(mappedAt(mapper, domain.domid, ref), "mapped here"),
      });
    }

    return {
      straight: { passes: { dmaPage: (domain) => (tables.get(domain)?.size ?? 0) === 0 } },
      dma(page) {
        if (page.flush || page.grantRef >= 0 || page.direction !== DmaDirection.fromDevice) return;
        const table = tables.get(page.domain);
        const ref = table === undefined || table.size === 0 ? undefined : table.refAt(page.gfn);
        if (ref === undefined) return;
        // An entry that the peer may only read is no way for it to write into the page.
        reuse(page.domain, page.gfn, ref, "a device writes");
      },
      grant(domain, ref, dom, gfn) {
        const table = tableOf(domain);
        if (dom < 0) {
          table.end(ref);
          return;
        }
        const other = table.size === 0 ? undefined : table.refAt(gfn);
        const entry = other === undefined ? undefined : domain.grants.get(other);
        if (other !== undefined && other !== ref && entry !== undefined && entry.dom !== dom && !entry.ro)
          reuse(domain, gfn, other, `ref ${ref} grants domain ${dom} gfn ${hex(gfn)},`);
        table.add(ref, gfn);
      },
      forgotten: (domain) => tables.get(domain)?.clear(),
    };
  },
};
