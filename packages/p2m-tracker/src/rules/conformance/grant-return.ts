import { conformanceRule } from "../kinds/conformance-rule.ts";
import { address, call, EXTENDED, exampleLog, map } from "../kinds/example.ts";

const op = { host_addr: address(EXTENDED), flags: 2, ref: 8, dom: 1 };

export const grantReturn = conformanceRule({
  id: "H11",
  name: "grant-return",
  what: "A grant hypercall whose ops fail only in their statuses returns 0; map, unmap and copy return nothing else but -EFAULT, -EINVAL and -ENOSYS; and a status is one that the granter's table allows.",
  source: "common/grant_table.c:do_grant_table_op@master",
  passing: exampleLog(map({ gfn: EXTENDED, status: -3 })),
  failing: exampleLog(call(20, 0, { count: 1, ops: [op] }, { ret: -1, ops: [{}] })),
});
