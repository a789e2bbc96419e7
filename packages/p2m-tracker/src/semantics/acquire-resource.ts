import { fieldIndex, ListState, Recorded } from "@xgt/hypercall-log";
import { type Call, Errno } from "../call.ts";
import type { Domain } from "../domain.ts";
import { FrameKind, NOT_KNOWN } from "../frame-kind.ts";
import { DOMID_SELF, type Machine } from "../machine.ts";
import { isInvalidGfn } from "./reservation.ts";
import { type Semantics, shapeNamed } from "./semantics.ts";

const shape = shapeNamed("acquire_resource").in;
const DOMID = fieldIndex(shape, "domid");
const NR_FRAMES = fieldIndex(shape, "nr_frames");
const PAD = fieldIndex(shape, "pad");
const FRAME = fieldIndex(shape, "frame");
const FRAME_LIST = 0;
/** Xen's bound on one call (UINT_MAX >> MEMOP_EXTENT_SHIFT). */
const NR_FRAMES_MAX = 0x3ffffff;

/** The answer decided before any frame is mapped; NaN: not decidable from what is known. */
function expected(call: Call, machine: Machine): number {
  if (call.in.recorded === Recorded.fault) return Errno.EFAULT;
  if (call.in.u64(0, PAD) > 0) return Errno.EINVAL;
  const nr = call.in.u64(0, NR_FRAMES);
  const frame = call.in.u64(0, FRAME);
  if (frame >= 2 ** 32 || frame + nr > 2 ** 32) return Errno.EINVAL;
  const domid = call.in.u64(0, DOMID);
  if (domid === call.caller) return Errno.EPERM;
  if (domid === DOMID_SELF || machine.exists(domid, call.caller) === false) return Errno.ESRCH;
  return Number.NaN;
}

/** Maps frames of another domain's resource at the caller's gfns, over whatever they held. */
export const acquireResource: Semantics = {
  nr: 12,
  cmd: 28,
  source: "common/memory.c:acquire_resource@master; arch/arm/p2m.c:set_foreign_p2m_entry@master",
  replay(call, machine) {
    const value = expected(call, machine);
    if (!Number.isNaN(value)) machine.expectRet(call, "H08", value);
    const domid = call.in.u64(0, DOMID);
    call.target = call.caller;
    const domain = machine.domains.get(call.caller);
    if (domain === undefined) return;
    const nr = call.in.u64(0, NR_FRAMES);
    const result = call.result;
    if (call.in.recorded !== Recorded.fields || Number.isNaN(nr)) {
      if (result === 0 || Number.isNaN(result) || result === Errno.EIO)
        machine.forget(domain, "arguments of acquire_resource not recorded");
      return;
    }
    mapFrames(call, machine, domain, domid, Math.min(nr, NR_FRAMES_MAX), result);
  },
};

function mapFrames(
  call: Call,
  machine: Machine,
  domain: Domain,
  foreign: number,
  nr: number,
  result: number,
): void {
  const recorded = Math.min(nr, call.in.listLength(FRAME_LIST));
  if (recorded === 0) return; // A question for the size.
  const some = result === Errno.EIO || Number.isNaN(result);
  if (result !== 0 && !some) return;
  for (let item = call.start; item < recorded; item++) {
    const gfn = call.in.listAt(FRAME_LIST, item);
    if (isInvalidGfn(gfn)) continue;
    // -EIO: a part is mapped and nothing says which.
    if (some) machine.blur(domain, call, item, gfn);
    else {
      const lineage = machine.coverLineage(domain, gfn);
      machine.change(domain, call, item, gfn, FrameKind.foreign, NOT_KNOWN, foreign, false, lineage);
    }
  }
  if (recorded < nr && call.in.listState(FRAME_LIST) === ListState.present)
    machine.forget(domain, "frame list of acquire_resource was cut");
}
