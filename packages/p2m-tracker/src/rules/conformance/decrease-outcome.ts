import { conformanceRule } from "../kinds/conformance-rule.ts";
import { decrease, exampleLog, map, RAM } from "../kinds/example.ts";

export const decreaseOutcome = conformanceRule({
  id: "H04",
  name: "decrease-outcome",
  what: "A decrease takes away own RAM, a page of Xen's and a grant of the domain's own frame; it stops at a hole, at another domain's frame, at MMIO and at an identity entry.",
  source: "common/memory.c:decrease_reservation,guest_remove_page@master",
  passing: exampleLog(
    decrease([RAM]),
    map({ gfn: RAM }),
    decrease([RAM], 0),
    decrease([RAM + 1, RAM + 1], 1),
  ),
  failing: exampleLog(decrease([RAM]), decrease([RAM], 1)),
});
