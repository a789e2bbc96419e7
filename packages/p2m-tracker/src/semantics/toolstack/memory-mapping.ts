import { Errno } from "@xgt/hypercall-abi";
import type { Call } from "../../call/call.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind, NOT_KNOWN } from "../../state/frame-kind.ts";
import type { Machine } from "../../state/machine.ts";
import { type Semantics, shapeNamed } from "../shared/semantics.ts";
import { inputField } from "../shared/simple-return.ts";

/** Frames of one call on Arm: a toolstack breaks larger ranges up. */
const FRAMES_MAX = 64;

const shape = shapeNamed("memory_mapping");
const domidOf = inputField(shape, "domid");
const gfnOf = inputField(shape, "first_gfn");
const mfnOf = inputField(shape, "first_mfn");
const countOf = inputField(shape, "nr_mfns");
const addOf = inputField(shape, "add_mapping");

/**
 * A toolstack maps a device's frames into a domain, over whatever was there, or takes them out again. What it may map
 * depends on permissions that no log holds: the answer is open but for too many frames.
 */
export const memoryMapping: Semantics = {
  subOp: "memory_mapping",
  source: "common/domctl.c:do_domctl@4.17 (XEN_DOMCTL_memory_mapping); arch/arm/p2m.c:map_mmio_regions@4.17",
  replay(call, machine) {
    const domain = machine.resolve(domidOf(call), call.caller);
    const count = countOf(call);
    if (count > FRAMES_MAX) call.predictedRet = Errno.E2BIG;
    const { result } = call;
    if (domain === undefined || (result !== 0 && !Number.isNaN(result))) return;
    const gfn = gfnOf(call);
    if (Number.isNaN(gfn) || !(count <= FRAMES_MAX)) {
      return machine.forget(domain, "arguments of memory_mapping not recorded");
    }
    for (let i = 0; i < count; i++) settle(call, machine, domain, i);
  },
};

function settle(call: Call, machine: Machine, domain: Domain, index: number): void {
  const gfn = gfnOf(call) + index;
  const add = addOf(call);
  if (Number.isNaN(call.result) || Number.isNaN(add)) return machine.blur(domain, call, index, gfn);
  if (add === 0) return machine.clear(domain, call, index, gfn, 0);
  const mfn = mfnOf(call);
  const frame = Number.isNaN(mfn) ? NOT_KNOWN : mfn + index;
  machine.map(domain, call, index, gfn, machine.mapping.set(FrameKind.mmio, frame, NOT_KNOWN, false));
}
