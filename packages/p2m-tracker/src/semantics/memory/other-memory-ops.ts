import { type Call, Errno } from "../../call/call.ts";
import type { Machine } from "../../state/machine.ts";
import type { Semantics } from "../shared/semantics.ts";

/** Sub-ops that Arm answers without looking at an argument (arch/arm/mm.c:arch_memory_op@master). */
const ABSENT = new Set([5, 8, 9, 10, 12, 13, 16, 17, 20, 22, 25]);
const SHARING_COUNTS = new Set([18, 19]);
/** Sub-ops that read or change nothing of the p2m's frames, whatever they answer. */
const HARMLESS = new Set([21, 26, 27]);
/** Non-preemptible ones: start_extent must be 0. */
const NO_START = new Set([26, 27]);

/** What no other file models: refused ops, questions, and unknown numbers. */
export const otherMemoryOps: Semantics = {
  nr: 12,
  cmd: null,
  source: "arch/arm/mm.c:arch_memory_op@master; common/memory.c:do_memory_op@master",
  replay(call, machine) {
    call.target = call.caller;
    if (call.cmd < 0) return forgetUnlessRefused(call, machine, "a memory_op's sub-op was not recorded");
    if (SHARING_COUNTS.has(call.cmd)) return machine.expectRet(call, "H25", 0);
    if (NO_START.has(call.cmd) && call.start !== 0) return machine.expectRet(call, "H29", Errno.EINVAL);
    if (HARMLESS.has(call.cmd)) return;
    machine.expectRet(call, "H25", Errno.ENOSYS);
    if (!ABSENT.has(call.cmd))
      forgetUnlessRefused(call, machine, `unknown memory_op ${call.cmd} was carried out`);
  },
};

/** A sub-op that was carried out, and that nothing is known of, may have changed anything. */
export function forgetUnlessRefused(call: Call, machine: Machine, why: string): void {
  if (Number.isNaN(call.ret) && !Number.isNaN(call.predictedRet)) return;
  if (call.retEquals(Errno.ENOSYS)) return;
  const domain = machine.domains.get(call.caller);
  if (domain !== undefined) machine.forget(domain, why);
}
