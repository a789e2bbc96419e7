import { conformanceRule } from "../kinds/conformance-rule.ts";
import { EXTENDED, exampleLog, map, RAM } from "../kinds/example.ts";
import type { Rule } from "../kinds/rule.ts";
import { stretchBetween } from "../watch/stretch-between.ts";

export const mfnNotOwned: Rule = {
  ...conformanceRule({
    id: "H13",
    name: "mfn-not-owned",
    what: "A map of another domain's grant gives a frame that the mapping domain does not own.",
    source: "common/grant_table.c:map_grant_ref,get_paged_frame@master",
    needs: ["mode", "ram"],
    passing: exampleLog(map({ gfn: EXTENDED })),
    failing: exampleLog(map({ gfn: EXTENDED, mfn: RAM + 5 })),
  }),
  watch: () => ({
    straight: { passes: {}, frames: (domain, mfn) => stretchBetween(domain.ram ?? [], mfn) },
  }),
};
