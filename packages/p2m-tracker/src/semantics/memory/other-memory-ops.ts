import { Errno, MEMORY_OP, MemoryOp } from "@xgt/hypercall-abi";
import type { Call } from "../../call/call.ts";
import type { Machine } from "../../state/machine.ts";
import type { Semantics } from "../shared/semantics.ts";

/** Of an interface older than any release here: XENMEM_translate_gpfn_list. */
const TRANSLATE_GPFN_LIST = 8;
/** Sub-ops that Arm answers without looking at an argument (arch/arm/mm.c:arch_memory_op@master). */
const ABSENT: ReadonlySet<number> = new Set([
  MemoryOp.machphys_mfn_list,
  TRANSLATE_GPFN_LIST,
  MemoryOp.memory_map,
  MemoryOp.machine_memory_map,
  MemoryOp.machphys_mapping,
  MemoryOp.set_memory_map,
  MemoryOp.set_pod_target,
  MemoryOp.get_pod_target,
  MemoryOp.paging_op,
  MemoryOp.sharing_op,
  MemoryOp.machphys_compat_mfn_list,
]);
const SHARING_COUNTS: ReadonlySet<number> = new Set([
  MemoryOp.get_sharing_freed_pages,
  MemoryOp.get_sharing_shared_pages,
]);
/** Sub-ops that read or change nothing of the p2m's frames, whatever they answer. */
const HARMLESS: ReadonlySet<number> = new Set([
  MemoryOp.access_op,
  MemoryOp.get_vnumainfo,
  MemoryOp.reserved_device_memory_map,
]);
/** Non-preemptible ones: start_extent must be 0. */
const NO_START: ReadonlySet<number> = new Set([MemoryOp.get_vnumainfo, MemoryOp.reserved_device_memory_map]);

/** What no other file models: refused ops, questions, and unknown numbers. */
export const otherMemoryOps: Semantics = {
  subOp: null,
  restOf: MEMORY_OP,
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
