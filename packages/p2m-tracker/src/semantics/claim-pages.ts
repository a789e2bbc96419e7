import { fieldIndex, Recorded } from "@xgt/hypercall-log";
import { Errno } from "../call.ts";
import { DOMID_SELF } from "../machine.ts";
import { type Semantics, shapeNamed } from "./semantics.ts";

const shape = shapeNamed("claim_pages").in;
const DOMID = fieldIndex(shape, "domid");
const ORDER = fieldIndex(shape, "extent_order");
const FLAGS = fieldIndex(shape, "mem_flags");

/** Only the toolstack claims; DOMID_SELF is not accepted. No effect on any p2m. */
export const claimPages: Semantics = {
  nr: 12,
  cmd: 24,
  source: "common/memory.c:do_memory_op@master (XENMEM_claim_pages)",
  replay(call, machine) {
    call.target = call.in.u64(0, DOMID);
    if (call.start !== 0) return machine.expectRet(call, "H29", Errno.EINVAL);
    // LLC colouring (4.20) refuses before the argument is read.
    const coloured = machine.xen !== null && machine.xen >= 4020 && call.retEquals(Errno.EOPNOTSUPP);
    if (coloured) return;
    if (call.in.recorded === Recorded.fault) return machine.expectRet(call, "H08", Errno.EFAULT);
    const invalid =
      call.in.u64(0, ORDER) > 0 || call.in.u64(0, FLAGS) > 0 || call.in.u64(0, DOMID) === DOMID_SELF;
    if (invalid) machine.expectRet(call, "H08", Errno.EINVAL);
  },
};
