import { Errno } from "../call.ts";
import type { Semantics } from "./semantics.ts";

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
    if (call.in.count > 2 ** 31 - 1 || call.start !== 0) return machine.expectRet(call, "H11", Errno.EINVAL);
    machine.expectRet(call, call.cmd === DUMP_TABLE ? "H22" : "H11", Errno.ENOSYS);
    const answered = !Number.isNaN(call.ret) && !call.retEquals(Errno.ENOSYS);
    if (call.cmd > LAST && answered && !call.retEquals(Errno.EINVAL)) {
      const domain = machine.domains.get(call.caller);
      if (domain !== undefined) machine.forget(domain, `unknown grant_table_op ${call.cmd} was carried out`);
    }
  },
};
