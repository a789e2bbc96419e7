import { conformanceRule } from "../kinds/conformance-rule.ts";
import { call, exampleLog } from "../kinds/example.ts";

const asked = { count: 1, ops: [{ version: 2 }] };

export const setVersion = conformanceRule({
  id: "H19",
  name: "set-version",
  what: "GNTTABOP_set_version to 2 answers -ENOSYS and writes version 1 back, unless the Xen was told to offer version 2.",
  source:
    "common/grant_table.c:gnttab_set_version@master; include/asm-arm/grant_table.h:GNTTAB_MAX_VERSION@4.14",
  fix: "Look for gnttab=max-ver on Xen's command line, and for max_grant_version in the domain's device tree node (4.18 on); then check --xen and the recorder.",
  passing: exampleLog(call(20, 8, asked, { ret: -38, ops: [{ version: 1 }] })),
  failing: exampleLog(call(20, 8, asked, { ret: 0, ops: [{ version: 2 }] })),
});
