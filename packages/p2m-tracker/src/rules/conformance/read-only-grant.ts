import { conformanceRule } from "../kinds/conformance-rule.ts";
import { EXTENDED, exampleLogWith, frame, map, RAM } from "../kinds/example.ts";

const grants = [{ ref: 8, dom: 0, gfn: frame(RAM), ro: true }];

export const readOnlyGrant = conformanceRule({
  id: "H18",
  name: "read-only-grant",
  what: "A writable map of a read-only grant answers general_error.",
  source: "common/grant_table.c:map_grant_ref,_set_status_v1@master",
  needs: ["grant-entries"],
  passing: exampleLogWith(
    { grants },
    map({ gfn: EXTENDED, dom: 0, status: -1 }),
    map({ gfn: EXTENDED, dom: 0, flags: 6, mfn: RAM }),
  ),
  failing: exampleLogWith({ grants }, map({ gfn: EXTENDED, dom: 0, mfn: RAM })),
});
