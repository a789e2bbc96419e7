import { Errno, GRANT_TABLE_OP, GrantTableOp } from "@xgt/hypercall-abi";
import { forgetUnlessRefused } from "../memory/other-memory-ops.ts";
import type { Semantics } from "../shared/semantics.ts";
import { refuseBatch } from "./grant-batch.ts";

/** dump_table, which was never implemented, and unknown numbers (common/grant_table.c:do_grant_table_op@master). */
export const otherGrantOps: Semantics = {
  subOp: null,
  restOf: GRANT_TABLE_OP,
  source: "common/grant_table.c:do_grant_table_op@master",
  replay(call, machine) {
    call.target = call.caller;
    if (call.cmd < 0) return forgetUnlessRefused(call, machine, "a grant_table_op's sub-op was not recorded");
    if (refuseBatch(call, machine, true)) return;
    machine.expectRet(call, call.cmd === GrantTableOp.dump_table ? "H22" : "H11", Errno.ENOSYS);
    if (call.cmd > GrantTableOp.cache_flush && !call.retEquals(Errno.EINVAL))
      forgetUnlessRefused(call, machine, `unknown grant_table_op ${call.cmd} was carried out`);
  },
};
