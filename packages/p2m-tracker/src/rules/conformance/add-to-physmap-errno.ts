import { conformanceRule } from "../kinds/conformance-rule.ts";
import { EXTENDED, exampleLog, placeXenPage } from "../kinds/example.ts";

export const addToPhysmapErrno = conformanceRule({
  id: "H08",
  name: "add-to-physmap-errno",
  what: "XENMEM_add_to_physmap answers -ENOSYS for gmfn, a range and a foreign frame, and 0 for a range of nothing; dev_mmio is for the hardware domain on itself; the batch refuses a range with -EOPNOTSUPP; gpfn ~0 is -EINVAL from 4.17 on.",
  source:
    "common/memory.c:xatp_permission_check,xenmem_add_to_physmap,xenmem_add_to_physmap_batch@master; arch/arm/mm.c:xenmem_add_to_physmap_one@master",
  passing: exampleLog(placeXenPage(2, 0x80000, EXTENDED, -38), placeXenPage(0, 1, EXTENDED, -22)),
  failing: exampleLog(placeXenPage(2, 0x80000, EXTENDED, 0)),
});
