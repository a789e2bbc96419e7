import { conformanceRule } from "../kinds/conformance-rule.ts";
import { EXTENDED, exampleLog, map, unmap } from "../kinds/example.ts";

export const handleUnique = conformanceRule({
  id: "H16",
  name: "handle-unique",
  what: "A map gives a handle that is not live; its number need not follow the one before.",
  source: "common/grant_table.c:get_maptrack_handle,put_maptrack_handle@master",
  passing: exampleLog(
    map({ gfn: EXTENDED, handle: 256 }),
    unmap(EXTENDED, 256),
    map({ gfn: EXTENDED, handle: 256, ref: 9 }),
  ),
  failing: exampleLog(map({ gfn: EXTENDED, handle: 3 }), map({ gfn: EXTENDED + 1, handle: 3, ref: 9 })),
});
