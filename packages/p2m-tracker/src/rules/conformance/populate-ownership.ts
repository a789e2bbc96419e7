import { conformanceRule } from "../kinds/conformance-rule.ts";
import { decrease, exampleLog, PEER_FRAME, populate, RAM } from "../kinds/example.ts";

export const populateOwnership = conformanceRule({
  id: "H02",
  name: "populate-ownership",
  what: "A direct-mapped domain populates an extent if it owns every frame of it, the list can be read, and order and mem_flags are acceptable; otherwise the extent is not done.",
  source: "common/memory.c:populate_physmap@master",
  needs: ["mode", "ram"],
  passing: exampleLog(decrease([RAM]), populate([RAM], 1), populate([PEER_FRAME], 0)),
  failing: exampleLog(populate([PEER_FRAME], 1)),
});
