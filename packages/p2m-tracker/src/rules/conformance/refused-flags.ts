import { conformanceRule } from "../kinds/conformance-rule.ts";
import { EXTENDED, exampleLog, map } from "../kinds/example.ts";

export const refusedFlags = conformanceRule({
  id: "H14",
  name: "refused-flags",
  what: "A map with device_map, application_map, contains_pte or bits that Xen leaves to the guest answers general_error; one with neither host_map nor device_map, bad_gntref.",
  source: "common/grant_table.c:map_grant_ref@master; arch/arm/mm.c:create_grant_host_mapping@master",
  passing: exampleLog(map({ gfn: EXTENDED, flags: 3, status: -1 }, { gfn: EXTENDED, flags: 0, status: -3 })),
  failing: exampleLog(map({ gfn: EXTENDED, flags: 3, status: 0 })),
});
