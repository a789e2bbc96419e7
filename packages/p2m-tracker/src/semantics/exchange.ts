import { fieldIndex, Recorded } from "@xgt/hypercall-log";
import { type Call, Errno } from "../call.ts";
import { FrameKind } from "../frame-kind.ts";
import { MAX_ORDER, type Machine } from "../machine.ts";
import { isInvalidGfn } from "./reservation.ts";
import { type Semantics, shapeNamed } from "./semantics.ts";

const shape = shapeNamed("exchange").in;
const IN_DOMID = fieldIndex(shape, "in.domid");
const OUT_DOMID = fieldIndex(shape, "out.domid");
const IN_ORDER = fieldIndex(shape, "in.extent_order");
const OUT_ORDER = fieldIndex(shape, "out.extent_order");
const IN_NR = fieldIndex(shape, "in.nr_extents");
const OUT_NR = fieldIndex(shape, "out.nr_extents");
const NR_EXCHANGED = fieldIndex(shape, "nr_exchanged");
const IN_EXTENTS = 0;
const NR_EXTENTS_MAX = 0x3ffffff;

/** Xen's checks in order; the last one, steal_page, never succeeds on Arm. NaN: not decidable. */
function expected(call: Call, machine: Machine): number {
  if (call.start !== 0) return Errno.EINVAL;
  const half = call.in;
  if (half.recorded === Recorded.fault) return Errno.EFAULT;
  const inOrder = half.u64(0, IN_ORDER);
  const outOrder = half.u64(0, OUT_ORDER);
  const limit = machine.domains.get(call.caller)?.spec?.maxOrder ?? MAX_ORDER;
  if (Math.max(inOrder, outOrder) > limit) return Errno.EPERM;
  const inNr = half.u64(0, IN_NR);
  const outNr = half.u64(0, OUT_NR);
  if (inNr > NR_EXTENTS_MAX || outNr > NR_EXTENTS_MAX) return Errno.EINVAL;
  const sized = inNr * 2 ** inOrder === outNr * 2 ** outOrder;
  if (!sized || half.u64(0, NR_EXCHANGED) > inNr) return Errno.EINVAL;
  if (half.u64(0, IN_DOMID) !== half.u64(0, OUT_DOMID)) return Errno.EINVAL;
  if (half.u64(0, NR_EXCHANGED) === inNr || inNr === 0) return 0;
  const exists = machine.exists(half.u64(0, IN_DOMID), call.caller);
  if (exists !== true) return exists === false ? Errno.ESRCH : Number.NaN;
  return firstFrame(call, machine);
}

/** An input gfn that holds no valid frame answers -EINVAL; steal_page refuses every other. */
function firstFrame(call: Call, machine: Machine): number {
  const domain = machine.resolve(call.in.u64(0, IN_DOMID), call.caller);
  if (domain === undefined || call.in.listLength(IN_EXTENTS) === 0) return Number.NaN;
  const gfn = call.in.listAt(IN_EXTENTS, 0);
  if (isInvalidGfn(gfn)) return Errno.EINVAL;
  switch (domain.p2m.kindOf(gfn)) {
    case FrameKind.hole:
      return Errno.EINVAL;
    case FrameKind.own:
      return Errno.EOPNOTSUPP;
    default:
      return Number.NaN;
  }
}

/** Never exchanges anything on Arm (4.8 to master). */
export const exchange: Semantics = {
  nr: 12,
  cmd: 11,
  source: "common/memory.c:memory_exchange@master; arch/arm/mm.c:steal_page@master",
  replay(call, machine) {
    call.target = call.caller;
    const value = expected(call, machine);
    if (!Number.isNaN(value)) machine.expectRet(call, call.start === 0 ? "H06" : "H29", value);
    else if (call.ret > 0)
      machine.contradict("H06", call, Number.NaN, "returns an error", `returned ${call.ret}`);
  },
};
