import { conformanceRule } from "../kinds/conformance-rule.ts";
import { call, exampleLog, frame, RAM } from "../kinds/example.ts";

function transfer(exit: object): object[] {
  return call(20, 4, { count: 1, ops: [{ mfn: frame(RAM), domid: 1, ref: 13 }] }, exit);
}

export const transferRefused = conformanceRule({
  id: "H07",
  name: "transfer-refused",
  what: "GNTTABOP_transfer answers -EOPNOTSUPP from 4.17 on; before, 0 with each status bad_page or general_error.",
  source: "common/grant_table.c:gnttab_transfer@4.16,@4.17 (185250ec78); arch/arm/mm.c:steal_page@4.16",
  needs: ["xen-version"],
  passing: exampleLog(transfer({ ret: -95 })),
  failing: exampleLog(transfer({ ret: 0, ops: [{ status: 0 }] })),
});
