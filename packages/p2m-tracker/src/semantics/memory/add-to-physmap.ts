import { Errno, MapSpace, since } from "@xgt/hypercall-abi";
import { fieldIndex, Recorded } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import type { Judgement } from "../../call/judgement.ts";
import type { Domain } from "../../state/domain.ts";
import type { Machine } from "../../state/machine.ts";
import { hasRole } from "../shared/caller-rights.ts";
import { expectPlaced, placeFrame } from "../shared/placement.ts";
import { isInvalidGfn } from "../shared/reservation-fields.ts";
import { type Semantics, shapeNamed } from "../shared/semantics.ts";
import { isTableFailure, type Refusal, refuseDomain, targetOf } from "../shared/simple-return.ts";

/** start_extent is kept in 16 bits by add_to_physmap and its batch. */
export const START_MAX = 0xffff;
/** idx and gpfn from here on are too near 2^64 to be told apart as numbers. */
const NEAR_WRAP = 2 ** 64 - 2 ** 18;

const shape = shapeNamed("add_to_physmap").in;
const DOMID = fieldIndex(shape, "domid");
const SIZE = fieldIndex(shape, "size");
const SPACE = fieldIndex(shape, "space");
const IDX = fieldIndex(shape, "idx");
const GPFN = fieldIndex(shape, "gpfn");

/** XENMAPSPACE_dev_mmio is for the hardware domain on itself (common/memory.c:xatp_permission_check@master). */
export function refuseMmio(call: Call, machine: Machine, domid: number): Refusal {
  const hardware = hasRole(machine, call.caller, "hardware");
  if (machine.resolve(domid, call.caller)?.domid !== call.caller || hardware === false) return Errno.EACCES;
  return hardware === null ? null : undefined;
}

/** The answer decided before any frame is looked at, in Xen's order; undefined: the frame decides. */
function refusal(call: Call, machine: Machine, out: Judgement): Refusal {
  out.begin("H08");
  if (call.start > START_MAX) {
    out.rule = "H29";
    return Errno.EDOM;
  }
  if (call.in.recorded === Recorded.fault) return Errno.EFAULT;
  const space = call.in.u64(0, SPACE);
  if (Number.isNaN(space)) return null;
  if (space === MapSpace.gmfnForeign) return Errno.ENOSYS;
  const domid = call.in.u64(0, DOMID);
  const exists = Number.isNaN(domid) ? null : machine.exists(domid, call.caller);
  if (exists !== true) return exists === false ? Errno.ESRCH : null;
  if (space === MapSpace.devMmio) {
    const refused = refuseMmio(call, machine, domid);
    if (refused !== undefined) return refused;
  }
  const refused = refuseDomain(call, machine, domid);
  if (refused !== undefined) return refused;
  if (isInvalidGfn(call.in.u64(0, GPFN))) {
    // 71320946d5's release, 4.17, also refuses INVALID_GFN itself (common/memory.c:xenmem_add_to_physmap@4.17).
    const checked = since(machine.xen, "4.17");
    if (checked !== false) return checked === null ? null : Errno.EINVAL;
  }
  return space === MapSpace.gmfnRange ? refuseRange(call, machine) : undefined;
}

/** Each frame of a range goes to gmfn, which Arm does not have. */
function refuseRange(call: Call, machine: Machine): Refusal {
  const size = call.in.u64(0, SIZE);
  if (Number.isNaN(size)) return null;
  if (size < call.start) return Errno.EILSEQ;
  const near = call.in.u64(0, IDX) >= NEAR_WRAP || call.in.u64(0, GPFN) >= NEAR_WRAP;
  // -EOVERFLOW came in 4.17.
  if (near && since(machine.xen, "4.17") !== false) return null;
  return size === call.start ? 0 : Errno.ENOSYS;
}

/** Maps one frame that Xen owns (shared_info, grant table, MMIO) over whatever the gfn held. */
export const addToPhysmap: Semantics = {
  subOp: "add_to_physmap",
  source:
    "common/memory.c:xatp_permission_check,xenmem_add_to_physmap@master; arch/arm/mm.c:xenmem_add_to_physmap_one@master",
  replay(call, machine) {
    const domain = targetOf(call, machine, call.in.u64(0, DOMID));
    const expected = call.judgement;
    const refused = refusal(call, machine, expected);
    if (refused !== undefined) expected.value = refused ?? Number.NaN;
    else if (domain === undefined) expected.value = Number.NaN;
    else {
      const gpfn = call.in.u64(0, GPFN);
      expectPlaced(machine, domain, call.in.u64(0, SPACE), call.in.u64(0, IDX), gpfn, expected);
    }
    const tolerated = expected.value === 0 && isTableFailure(call.ret);
    if (expected.rule !== null && !Number.isNaN(expected.value) && !tolerated)
      machine.expectRet(call, expected.rule, expected.value);
    settle(call, machine, domain);
  },
};

function settle(call: Call, machine: Machine, domain: Domain | undefined): void {
  const result = call.result;
  if (domain === undefined || (result !== 0 && !Number.isNaN(result))) return;
  const space = call.in.u64(0, SPACE);
  const gpfn = call.in.u64(0, GPFN);
  if (Number.isNaN(space) || Number.isNaN(gpfn))
    return machine.forget(domain, "arguments of add_to_physmap not recorded");
  if (space === MapSpace.gmfnRange || space === MapSpace.gmfn || isInvalidGfn(gpfn)) return;
  if (Number.isNaN(result)) machine.blur(domain, call, 0, gpfn);
  else placeFrame(call, machine, domain, 0, space, call.in.u64(0, IDX), gpfn);
}
