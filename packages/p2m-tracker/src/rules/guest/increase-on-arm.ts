import { counted } from "@xgt/findings";
import { DOMID_SELF } from "@xgt/hypercall-abi";
import { fieldIndex } from "@xgt/hypercall-log";
import { shapeNamed } from "../../semantics/shared/semantics.ts";
import { call, exampleLog } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";

const ORDER = fieldIndex(shapeNamed("increase_reservation").in, "extent_order");

function increase(ret: number): object[] {
  const args = { domid: DOMID_SELF, extent_order: 0, mem_flags: 0, nr_extents: 2, start_extent: 0 };
  return call(12, 0, args, { ret });
}

/** increase_reservation gave the domain frames that it can use nowhere. */
export const increaseOnArm: Rule = {
  id: "G32",
  name: "increase-on-arm",
  severity: "warning",
  what: "The guest does not grow by XENMEM_increase_reservation.",
  why: "Xen gives the domain heap pages that are mapped nowhere, and on Arm it does not say which: they count against max_pages until the domain ends.",
  fix: "Use populate_physmap, which also maps the frames.",
  source: "Xen common/memory.c:increase_reservation@master",
  needs: [],
  passing: exampleLog(increase(0)),
  failing: exampleLog(increase(2)),
  beyondRepair:
    "Xen does not say which frames it gave, so that nothing gives them back before the domain ends.",
  watch: (host) => ({
    subOps: ["increase_reservation"],
    after(increased) {
      const extents = increased.result - increased.start;
      if (!(extents > 0)) return;
      const order = increased.in.u64(0, ORDER);
      const size = order > 0 ? ` of order ${order}` : "";
      host.report(increaseOnArm, {
        domain: host.machine.domains.get(increased.target ?? increased.caller),
        message: `increase_reservation allocated ${counted(extents, "extent")}${size} that no gfn maps: they are stranded`,
      });
    },
  }),
};
