import { counted } from "@xgt/findings";
import { DOMID_SELF, DOMID_XEN, MapSpace } from "@xgt/hypercall-abi";
import { fieldIndex } from "@xgt/hypercall-log";
import { shapeNamed } from "../../semantics/shared/semantics.ts";
import { call, EXTENDED, exampleLog, frame, mapForeign } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { EventTally, firstSeen } from "../watch/event-tally.ts";

const batch = shapeNamed("add_to_physmap_batch").in;
const SPACE = fieldIndex(batch, "space");
const FOREIGN = fieldIndex(batch, "foreign_domid");
const GPFNS = 1;

function mapXenPage(gfn: number): object[] {
  const args = {
    domid: DOMID_SELF,
    space: MapSpace.gmfnForeign,
    size: 1,
    foreign_domid: DOMID_XEN,
    idxs: [frame(0x4f000)],
    gpfns: [frame(gfn)],
  };
  return call(12, 23, args, { ret: 0, errs: [0] });
}

/** Foreign maps of pages that Xen shares, as xentrace makes them. */
export const xenPagesMapped: Rule = {
  id: "I16",
  name: "xen-pages-mapped",
  severity: "info",
  what: "Foreign maps name a domain.",
  why: "DOMID_XEN stands for pages that Xen shares with its tools: a running xentrace maps its buffers so.",
  fix: "Nothing has to change.",
  source: "Xen arch/arm/mm.c:xenmem_add_to_physmap_one@4.17,@master; tools/xentrace/xentrace.c@master",
  needs: [],
  passing: exampleLog(mapForeign(EXTENDED)),
  failing: exampleLog(mapXenPage(EXTENDED)),
  watch(host) {
    const tally = new EventTally();
    return {
      subOps: ["add_to_physmap_batch"],
      after(mapped) {
        if (mapped.in.u64(0, SPACE) !== MapSpace.gmfnForeign || mapped.in.u64(0, FOREIGN) !== DOMID_XEN)
          return;
        for (let item = 0; item < mapped.items; item++) {
          if (mapped.item(item) !== 0) continue;
          const domain = host.machine.domains.get(mapped.caller);
          tally.add(mapped.caller, domain, host.machine.event, mapped.in.listAt(GPFNS, item));
        }
      },
      end: () =>
        tally.report(
          host,
          xenPagesMapped,
          (row) => `${counted(row.count, "page")} of Xen's mapped by DOMID_XEN, first ${firstSeen(row)}`,
        ),
    };
  },
};
