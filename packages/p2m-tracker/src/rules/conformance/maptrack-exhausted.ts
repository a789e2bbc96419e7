import { conformanceRule } from "../kinds/conformance-rule.ts";
import { EXTENDED, exampleLog, map } from "../kinds/example.ts";

export const maptrackExhausted = conformanceRule({
  id: "H26",
  name: "maptrack-exhausted",
  what: "A map for which no maptrack handle is left answers no_device_space up to 4.15, no_space from 4.16 on.",
  source: "common/grant_table.c:map_grant_ref@4.15,@4.16",
  needs: ["xen-version"],
  passing: exampleLog(map({ gfn: EXTENDED, status: -13 })),
  failing: exampleLog(map({ gfn: EXTENDED, status: -7 })),
});
