import { conformanceRule } from "../kinds/conformance-rule.ts";
import { EXTENDED, exampleLog, map, PEER_FRAME } from "../kinds/example.ts";

export const busAddress = conformanceRule({
  id: "H12",
  name: "bus-address",
  what: "The dev_bus_addr of a map is page-aligned, and the same for all live maps of one ref.",
  source: "common/grant_table.c:map_grant_ref@master",
  passing: exampleLog(map({ gfn: EXTENDED, handle: 1 }, { gfn: EXTENDED + 1, handle: 2 })),
  failing: exampleLog(
    map({ gfn: EXTENDED, handle: 1 }),
    map({ gfn: EXTENDED + 1, handle: 2, mfn: PEER_FRAME + 1 }),
  ),
});
