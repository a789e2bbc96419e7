import { conformanceRule } from "../kinds/conformance-rule.ts";
import { decrease, exampleLog, PEER_FRAME, populate, RAM } from "../kinds/example.ts";

export const stopAtFirstFailure = conformanceRule({
  id: "H03",
  name: "stop-at-first-failure",
  what: "A populate of a direct-mapped domain stops at the first extent that it cannot do: no later one changes, whatever it names.",
  source: "common/memory.c:populate_physmap@master",
  needs: ["mode", "ram"],
  passing: exampleLog(decrease([RAM, RAM + 1]), populate([RAM, PEER_FRAME, RAM + 1], 1)),
  failing: exampleLog(decrease([RAM, RAM + 1]), populate([RAM, PEER_FRAME, RAM + 1], 2)),
});
