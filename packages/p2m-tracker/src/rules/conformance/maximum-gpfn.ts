import { conformanceRule } from "../kinds/conformance-rule.ts";
import { call, EXTENDED, exampleLog, map, unmap } from "../kinds/example.ts";

const highest = (gfn: number) => call(12, 14, { domid: "0x7ff0" }, { ret: gfn });

export const maximumGpfn = conformanceRule({
  id: "H28",
  name: "maximum-gpfn",
  what: "XENMEM_maximum_gpfn is the highest gfn that was ever mapped: it never falls.",
  source: "arch/arm/mm.c:domain_get_maximum_gpfn@master; arch/arm/p2m.c:__p2m_set_entry@4.17",
  passing: exampleLog(highest(0x83fff), map({ gfn: EXTENDED }), unmap(EXTENDED), highest(EXTENDED)),
  failing: exampleLog(highest(0x83fff), map({ gfn: EXTENDED }), unmap(EXTENDED), highest(0x83fff)),
});
