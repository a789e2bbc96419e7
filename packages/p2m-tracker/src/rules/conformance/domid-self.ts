import { conformanceRule } from "../kinds/conformance-rule.ts";
import { EXTENDED, exampleLog, map } from "../kinds/example.ts";

export const domidSelf = conformanceRule({
  id: "H15",
  name: "domid-self",
  what: "A map that names DOMID_SELF, or any id that no domain has, answers bad_domain.",
  source: "common/grant_table.c:map_grant_ref@master",
  passing: exampleLog(map({ gfn: EXTENDED, dom: 0x7ff0, status: -2 })),
  failing: exampleLog(map({ gfn: EXTENDED, dom: 0x7ff0, status: 0 })),
});
