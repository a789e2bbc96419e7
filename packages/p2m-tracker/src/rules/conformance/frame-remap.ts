import { conformanceRule } from "../kinds/conformance-rule.ts";
import { EXTENDED, exampleLog, placeXenPage, remove } from "../kinds/example.ts";

export const frameRemap = conformanceRule({
  id: "H09",
  name: "frame-remap",
  what: "From 4.17 on a grant-table frame or shared_info that is at some gfn is not placed again: -EBUSY. Before, the answer is 0, and a grant-table frame leaves its old gfn a hole.",
  source:
    "arch/arm/mm.c:xenmem_add_to_physmap_one@4.17 (71320946d5); common/grant_table.c:gnttab_map_frame@4.16",
  needs: ["xen-version"],
  passing: exampleLog(
    placeXenPage(1, 0, EXTENDED),
    placeXenPage(1, 0, EXTENDED + 1, -16),
    remove(EXTENDED),
    placeXenPage(1, 0, EXTENDED + 1),
  ),
  failing: exampleLog(placeXenPage(1, 0, EXTENDED), placeXenPage(1, 0, EXTENDED + 1, 0)),
});
