import { conformanceRule } from "../kinds/conformance-rule.ts";
import { call, exampleLog } from "../kinds/example.ts";

export const absentOps = conformanceRule({
  id: "H25",
  name: "absent-ops",
  what: "XENMEM_memory_map, set_memory_map, the machphys, pod and sharing ops and unknown ones answer -ENOSYS; the two counts of shared pages answer 0.",
  source: "arch/arm/mm.c:arch_memory_op@master",
  passing: exampleLog(call(12, 9, {}, { ret: -38 }), call(12, 18, {}, { ret: 0 })),
  failing: exampleLog(call(12, 9, {}, { ret: 0 })),
});
