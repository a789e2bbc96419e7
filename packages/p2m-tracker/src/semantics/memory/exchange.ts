import { Errno } from "@xgt/hypercall-abi";
import { fieldIndex, ListState, Recorded } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import { FrameKind } from "../../state/frame-kind.ts";
import type { Machine } from "../../state/machine.ts";
import { orderPerhapsTaken, orderSurelyTaken } from "../shared/caller-rights.ts";
import { isInvalidGfn } from "../shared/reservation-fields.ts";
import { type Semantics, shapeNamed } from "../shared/semantics.ts";
import { refuseDomain } from "../shared/simple-return.ts";
import { refuseNode } from "./reservation.ts";

const shape = shapeNamed("exchange");
const IN_DOMID = fieldIndex(shape.in, "in.domid");
const OUT_DOMID = fieldIndex(shape.in, "out.domid");
const IN_ORDER = fieldIndex(shape.in, "in.extent_order");
const OUT_ORDER = fieldIndex(shape.in, "out.extent_order");
const IN_NR = fieldIndex(shape.in, "in.nr_extents");
const OUT_NR = fieldIndex(shape.in, "out.nr_extents");
const OUT_FLAGS = fieldIndex(shape.in, "out.mem_flags");
const EXCHANGED = fieldIndex(shape.in, "nr_exchanged");
const EXCHANGED_AFTER = fieldIndex(shape.out, "nr_exchanged");
const IN_EXTENTS = 0;

/** Xen's checks in order; the last one, steal_page, never succeeds on Arm. */
function expect(call: Call, machine: Machine): void {
  const answer = call.judgement;
  answer.begin("H06");
  if (call.start !== 0) {
    answer.rule = "H29";
    answer.value = Errno.EINVAL;
  } else if (call.in.recorded === Recorded.fault) answer.value = Errno.EFAULT;
  else if (call.in.recorded === Recorded.fields) expectChecked(call, machine);
}

function expectChecked(call: Call, machine: Machine): void {
  const answer = call.judgement;
  const half = call.in;
  const order = Math.max(half.u64(0, IN_ORDER), half.u64(0, OUT_ORDER));
  if (order > orderPerhapsTaken(machine, call.caller)) {
    answer.rule = "H30";
    answer.value = Errno.EPERM;
    return;
  }
  if (!(order <= orderSurelyTaken(machine, call.caller))) return;
  const inNr = half.u64(0, IN_NR);
  // A guest begins with 0 exchanged; a recorder that leaves it out means that.
  const exchanged = half.has(0, EXCHANGED) ? half.u64(0, EXCHANGED) : 0;
  if (!fits(inNr, half.u64(0, IN_ORDER), half.u64(0, OUT_NR), half.u64(0, OUT_ORDER))) {
    answer.value = Number.isNaN(inNr + half.u64(0, OUT_NR)) ? Number.NaN : Errno.EINVAL;
    return;
  }
  if (exchanged > inNr || half.u64(0, IN_DOMID) !== half.u64(0, OUT_DOMID)) answer.value = Errno.EINVAL;
  else if (exchanged === inNr) answer.value = 0;
  else expectFrames(call, machine, exchanged);
}

/** Both lists are of the same size in frames, which is below 2^64 (common/memory.c:memory_exchange@master). */
function fits(inNr: number, inOrder: number, outNr: number, outOrder: number): boolean {
  const frames = inNr * 2 ** inOrder;
  return frames === outNr * 2 ** outOrder && frames < 2 ** 64;
}

function expectFrames(call: Call, machine: Machine, exchanged: number): void {
  const answer = call.judgement;
  const flags = call.in.has(0, OUT_FLAGS) ? call.in.u64(0, OUT_FLAGS) : 0;
  const node = refuseNode(flags, machine, call.caller);
  if (node !== false) {
    answer.value = node === true ? Errno.EINVAL : Number.NaN;
    return;
  }
  const domid = call.in.u64(0, IN_DOMID);
  const refused = refuseDomain(call, machine, domid);
  if (refused !== undefined) answer.value = refused ?? Number.NaN;
  else answer.value = firstFrame(call, machine, domid, exchanged);
}

/** An input gfn that holds no valid frame answers -EINVAL; steal_page refuses every other. */
function firstFrame(call: Call, machine: Machine, domid: number, exchanged: number): number {
  const chunk = 2 ** Math.max(0, call.in.u64(0, OUT_ORDER) - call.in.u64(0, IN_ORDER));
  const index = Math.floor(exchanged / chunk) * chunk;
  if (index >= call.in.listLength(IN_EXTENTS)) {
    const cut = call.in.listState(IN_EXTENTS) === ListState.present;
    return cut ? Number.NaN : Errno.EFAULT;
  }
  const gfn = call.in.listAt(IN_EXTENTS, index);
  if (isInvalidGfn(gfn)) return Errno.EINVAL;
  switch (machine.resolve(domid, call.caller)?.p2m.kindOf(gfn)) {
    case FrameKind.hole:
      return Errno.EINVAL;
    case FrameKind.own:
    case FrameKind.xen:
    case FrameKind.grant:
    case FrameKind.foreign:
    case FrameKind.identity:
      return Errno.EOPNOTSUPP;
    default:
      return Number.NaN;
  }
}

/** Never exchanges anything on Arm (4.8 to master). */
export const exchange: Semantics = {
  subOp: "exchange",
  source: "common/memory.c:memory_exchange@master; arch/arm/mm.c:steal_page@master",
  replay(call, machine) {
    call.target = call.caller;
    expect(call, machine);
    const { value, rule } = call.judgement;
    if (rule !== null && !Number.isNaN(value)) {
      machine.expectRet(call, rule, value);
      return;
    }
    const before = call.in.has(0, EXCHANGED) ? call.in.u64(0, EXCHANGED) : 0;
    const after = call.out.u64(0, EXCHANGED_AFTER);
    if (call.ret > 0 || after > before)
      machine.contradict("H06", call, Number.NaN, "exchanges nothing", `returned ${call.ret}`);
  },
};
