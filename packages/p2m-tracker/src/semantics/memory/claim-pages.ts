import { DOMID_FIRST_RESERVED, Errno, since } from "@xgt/hypercall-abi";
import { fieldIndex, Recorded } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import type { Machine } from "../../state/machine.ts";
import { hasRole } from "../shared/caller-rights.ts";
import { type Semantics, shapeNamed } from "../shared/semantics.ts";

const shape = shapeNamed("claim_pages").in;
const DOMID = fieldIndex(shape, "domid");
const ORDER = fieldIndex(shape, "extent_order");
const FLAGS = fieldIndex(shape, "mem_flags");

/** The errno that is certain; NaN where none is. */
function expected(call: Call, machine: Machine): number {
  if (call.in.recorded === Recorded.fault) return Errno.EFAULT;
  const domid = call.in.u64(0, DOMID);
  // The id is looked up as it is: DOMID_SELF names no domain here.
  const invalid = call.in.u64(0, ORDER) > 0 || call.in.u64(0, FLAGS) > 0 || domid >= DOMID_FIRST_RESERVED;
  if (invalid) return Errno.EINVAL;
  const exists = Number.isNaN(domid) ? null : machine.exists(domid, call.caller);
  if (exists === false) return Errno.EINVAL;
  return Number.NaN;
}

/** Only the toolstack claims. No effect on any p2m. */
export const claimPages: Semantics = {
  subOp: "claim_pages",
  source: "common/memory.c:do_memory_op@master (XENMEM_claim_pages)",
  replay(call, machine) {
    const domid = call.in.u64(0, DOMID);
    call.target = Number.isNaN(domid) ? undefined : domid;
    // LLC colouring (4.20) refuses before anything is looked at.
    const coloured = since(machine.xen, "4.20") !== false;
    if (coloured && call.retEquals(Errno.EOPNOTSUPP)) return;
    if (call.start !== 0) return machine.expectRet(call, "H29", Errno.EINVAL);
    const value = expected(call, machine);
    if (!Number.isNaN(value)) machine.expectRet(call, "H08", value);
    else if (machine.exists(domid, call.caller) === true && !call.retEquals(Errno.EINVAL)) {
      // A list where none may be is -EINVAL, and no log says whether there was one.
      if (hasRole(machine, call.caller, "control") === false) machine.expectRet(call, "H08", Errno.EPERM);
    }
  },
};
