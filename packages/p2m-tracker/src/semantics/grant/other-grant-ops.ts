import { Errno } from "../../call/call.ts";
import { forgetUnlessRefused } from "../memory/other-memory-ops.ts";
import type { Semantics } from "../shared/semantics.ts";
import { refuseBatch } from "./grant-batch.ts";

/** GNTTABOP_dump_table was never implemented. */
const DUMP_TABLE = 3;
/** Ops up to this number are known. */
const LAST = 12;

/** dump_table and unknown numbers (common/grant_table.c:do_grant_table_op@master). */
export const otherGrantOps: Semantics = {
  nr: 20,
  cmd: null,
  source: "common/grant_table.c:do_grant_table_op@master",
  replay(call, machine) {
    call.target = call.caller;
    if (call.cmd < 0) return forgetUnlessRefused(call, machine, "a grant_table_op's sub-op was not recorded");
    if (refuseBatch(call, machine, true)) return;
    machine.expectRet(call, call.cmd === DUMP_TABLE ? "H22" : "H11", Errno.ENOSYS);
    if (call.cmd > LAST && !call.retEquals(Errno.EINVAL))
      forgetUnlessRefused(call, machine, `unknown grant_table_op ${call.cmd} was carried out`);
  },
};
