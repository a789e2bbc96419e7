import { conformanceRule } from "../kinds/conformance-rule.ts";
import { decrease, exampleLog, populate, RAM } from "../kinds/example.ts";

export const returnRange = conformanceRule({
  id: "H01",
  name: "return-range",
  what: "A reservation call returns between start_extent and nr_extents, start_extent itself where that is not below nr_extents, and never an errno.",
  source:
    "common/memory.c:do_memory_op,increase_reservation@master (XENMEM_increase_reservation, decrease, populate)",
  passing: exampleLog(
    decrease([RAM, RAM + 1], 3, { start_extent: 3 }),
    decrease([RAM], 1),
    populate([RAM], 1),
  ),
  failing: exampleLog(decrease([RAM], -14)),
});
