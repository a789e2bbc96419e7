import { conformanceRule } from "../kinds/conformance-rule.ts";
import { decrease, exampleLog, populate, RAM } from "../kinds/example.ts";

export const populateOnDemand = conformanceRule({
  id: "H23",
  name: "populate-on-demand",
  what: "A populate that asks for populate-on-demand does no extent on Arm.",
  source:
    "common/memory.c:populate_physmap@master; arch/arm/p2m.c:guest_physmap_mark_populate_on_demand@4.17",
  passing: exampleLog(decrease([RAM]), populate([RAM], 0, { mem_flags: 0x10000 })),
  failing: exampleLog(decrease([RAM]), populate([RAM], 1, { mem_flags: 0x10000 })),
});
