import { conformanceRule } from "../kinds/conformance-rule.ts";
import { call, exampleLog, frame, RAM } from "../kinds/example.ts";

function exchange(ret: number, exchanged: number): object[] {
  const list = { domid: "0x7ff0", extent_order: 0, mem_flags: 0, nr_extents: 1 };
  const given = { ...list, extents: [frame(RAM)] };
  const wanted = { ...list, extents: [frame(RAM + 1)] };
  return call(12, 11, { in: given, out: wanted, nr_exchanged: 0 }, { ret, nr_exchanged: exchanged });
}

export const exchangeRefused = conformanceRule({
  id: "H06",
  name: "exchange-refused",
  what: "XENMEM_exchange answers -EOPNOTSUPP, the errno of an earlier check, or 0 where nothing is left to exchange; it never exchanges anything.",
  source: "common/memory.c:memory_exchange@master; arch/arm/mm.c:steal_page@master",
  passing: exampleLog(exchange(-95, 0)),
  failing: exampleLog(exchange(0, 1)),
});
