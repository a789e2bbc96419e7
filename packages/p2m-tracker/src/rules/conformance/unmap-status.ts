import { conformanceRule } from "../kinds/conformance-rule.ts";
import { decrease, exampleLog, map, populate, RAM, unmap } from "../kinds/example.ts";

export const unmapStatus = conformanceRule({
  id: "H17",
  name: "unmap-status",
  what: "An unmap answers bad_handle for a handle that is not live; okay for the handle's own mapping, or a hole in its place; and over another frame general_error from 4.17 on, okay before.",
  source:
    "common/grant_table.c:unmap_common@master; arch/arm/p2m.c:p2m_remove_mapping@4.16,@4.17 (5a4a2cef08)",
  needs: ["xen-version"],
  passing: exampleLog(decrease([RAM]), map({ gfn: RAM }), populate([RAM]), unmap(RAM, 1, -1)),
  failing: exampleLog(decrease([RAM]), map({ gfn: RAM }), populate([RAM]), unmap(RAM, 1, 0)),
});
