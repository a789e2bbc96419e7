import { PAGE_SIZE } from "@xgt/hypercall-abi";
import { conformanceRule } from "../kinds/conformance-rule.ts";
import { address, call, exampleLog, RAM } from "../kinds/example.ts";

function flush(length: number, ret: number): object[] {
  const op = { dev_bus_addr: address(RAM), offset: 0, length, op: 1 };
  return call(20, 12, { count: 1, ops: [op] }, { ret });
}

export const dumpAndFlush = conformanceRule({
  id: "H22",
  name: "dump-and-flush",
  what: "GNTTABOP_dump_table answers -ENOSYS; cache_flush answers 0 for a length or an op of 0 and for an own page, and -EINVAL for what crosses a page or names another op.",
  source: "common/grant_table.c:do_grant_table_op,_cache_flush@master",
  passing: exampleLog(flush(0, 0), flush(PAGE_SIZE, 0), flush(4097, -22)),
  failing: exampleLog(flush(0, -22)),
});
