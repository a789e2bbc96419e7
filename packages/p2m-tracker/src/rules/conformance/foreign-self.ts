import { conformanceRule } from "../kinds/conformance-rule.ts";
import { call, EXTENDED, exampleLog, frame, RAM } from "../kinds/example.ts";

function mapOwn(domid: number, errno: number): object[] {
  const lists = { idxs: [frame(RAM)], gpfns: [frame(EXTENDED)] };
  const args = { domid: "0x7ff0", space: 4, size: 1, foreign_domid: domid, ...lists };
  return call(12, 23, args, { ret: 0, errs: [errno] });
}

export const foreignSelf = conformanceRule({
  id: "H31",
  name: "foreign-self",
  what: "A foreign map that names the caller's own id answers -ESRCH, DOMID_SELF -EINVAL; where pseudo-domains are refused (after 4.22, and late builds of 4.20 to 4.22) -EPERM and -ESRCH.",
  source: "arch/arm/mm.c:xenmem_add_to_physmap_one@4.19,@4.20 (f795a9c491)",
  needs: ["xen-version"],
  passing: exampleLog(mapOwn(0, -3), mapOwn(0x7ff0, -22)),
  failing: exampleLog(mapOwn(0, -1)),
});
