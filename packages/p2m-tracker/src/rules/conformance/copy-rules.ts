import { conformanceRule } from "../kinds/conformance-rule.ts";
import { call, exampleLog, frame, RAM } from "../kinds/example.ts";

/** A copy between two own frames, the first named with `domid`. */
function copy(domid: number, status: number): object[] {
  const source = { gmfn: frame(RAM), domid, offset: 0 };
  const dest = { gmfn: frame(RAM + 1), domid: 0x7ff0, offset: 0 };
  const op = { source, dest, len: 64, flags: 0 };
  return call(20, 5, { count: 1, ops: [op] }, { ret: 0, ops: [{ status }] });
}

export const copyRules = conformanceRule({
  id: "H21",
  name: "copy-rules",
  what: "A copy whose side is a frame needs DOMID_SELF there, or it answers permission_denied; frames are RAM of the caller, or bad_page; a copy of nothing is okay unseen from 4.19 on.",
  source:
    "common/grant_table.c:gnttab_copy_one,gnttab_copy_lock_domain,gnttab_copy_claim_buf,gnttab_copy_buf@master (a4a790f432)",
  passing: exampleLog(copy(0x7ff0, 0), copy(0, -8)),
  failing: exampleLog(copy(0, 0)),
});
