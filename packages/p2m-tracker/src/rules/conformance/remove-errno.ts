import { conformanceRule } from "../kinds/conformance-rule.ts";
import { exampleLog, RAM, remove } from "../kinds/example.ts";

export const removeErrno = conformanceRule({
  id: "H10",
  name: "remove-errno",
  what: "XENMEM_remove_from_physmap answers 0 for own RAM, a foreign frame, a page of Xen's and a grant of the domain's own frame, and -ENOENT for a hole, another domain's grant and MMIO.",
  source:
    "common/memory.c:do_memory_op@master (XENMEM_remove_from_physmap); arch/arm/p2m.c:p2m_get_page_from_gfn@4.17",
  passing: exampleLog(remove(RAM), remove(RAM, -2)),
  failing: exampleLog(remove(RAM), remove(RAM, 0)),
});
