import { conformanceRule } from "../kinds/conformance-rule.ts";
import { address, call, EXTENDED, exampleLog, map, unmap } from "../kinds/example.ts";

function replace(status: number): object[] {
  const op = { host_addr: address(EXTENDED), new_addr: address(EXTENDED + 1), handle: 1 };
  return call(20, 7, { count: 1, ops: [op] }, { ret: 0, ops: [{ status }] });
}

export const unmapAndReplace = conformanceRule({
  id: "H20",
  name: "unmap-and-replace",
  what: "GNTTABOP_unmap_and_replace with a new_addr answers general_error and keeps the mapping.",
  source: "arch/arm/mm.c:replace_grant_host_mapping@master",
  passing: exampleLog(map({ gfn: EXTENDED }), replace(-1), unmap(EXTENDED)),
  failing: exampleLog(map({ gfn: EXTENDED }), replace(0)),
});
