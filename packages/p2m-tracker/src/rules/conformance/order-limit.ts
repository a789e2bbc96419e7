import { conformanceRule } from "../kinds/conformance-rule.ts";
import { exampleLog, populate, RAM } from "../kinds/example.ts";

export const orderLimit = conformanceRule({
  id: "H30",
  name: "order-limit",
  what: "An extent_order above the caller's limit does no extent; XENMEM_exchange answers -EPERM.",
  source: "common/memory.c:max_order,populate_physmap,memory_exchange@master",
  passing: exampleLog(populate([RAM], 0, { extent_order: 19 })),
  failing: exampleLog(populate([RAM], 1, { extent_order: 19 })),
});
