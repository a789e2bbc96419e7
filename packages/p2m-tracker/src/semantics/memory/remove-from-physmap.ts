import { Errno } from "@xgt/hypercall-abi";
import type { Call } from "../../call/call.ts";
import type { Domain } from "../../state/domain.ts";
import { EntryFlag, FrameKind } from "../../state/frame-kind.ts";
import type { Machine } from "../../state/machine.ts";
import { isInvalidGfn } from "../shared/reservation-fields.ts";
import { type Semantics, shapeNamed } from "../shared/semantics.ts";
import { inputField, refuseCommon, targetOf } from "../shared/simple-return.ts";
import { isSelfGrant } from "./decrease-reservation.ts";

const shape = shapeNamed("remove_from_physmap");
const domidOf = inputField(shape, "domid");
const gpfnOf = inputField(shape, "gpfn");

/** What the look-up of the page decides (arch/arm/p2m.c:p2m_get_page_from_gfn@4.17); NaN where the gfn's state is not known. */
function expected(domain: Domain, gfn: number): number {
  switch (domain.p2m.kindOf(gfn)) {
    case FrameKind.own:
    case FrameKind.foreign:
    case FrameKind.xen:
      return 0;
    case FrameKind.grant: {
      const self = isSelfGrant(domain, gfn);
      return self === null ? Number.NaN : self ? 0 : Errno.ENOENT;
    }
    case FrameKind.unknown:
      return isInvalidGfn(gfn) ? Errno.ENOENT : Number.NaN;
    default:
      return Errno.ENOENT;
  }
}

/** Takes one gfn away and never drops the allocation reference: own RAM becomes a hole and stays owned. */
export const removeFromPhysmap: Semantics = {
  subOp: "remove_from_physmap",
  source: "common/memory.c:do_memory_op@master (XENMEM_remove_from_physmap)",
  replay(call, machine) {
    const domid = domidOf(call);
    const domain = targetOf(call, machine, domid);
    const gfn = gpfnOf(call);
    const refused = refuseCommon(call, machine, domid);
    if (refused !== undefined) {
      if (refused !== null) machine.expectRet(call, call.start !== 0 ? "H29" : "H10", refused);
    } else if (domain !== undefined && !Number.isNaN(gfn)) {
      const value = expected(domain, gfn);
      // No page to shatter a block with, or a race: these fail without the page being missing.
      const raced = value === 0 && (call.ret === Errno.ENOMEM || call.ret === Errno.EILSEQ);
      if (!Number.isNaN(value) && !raced) machine.expectRet(call, "H10", value);
    }
    settle(call, machine, domain, gfn);
  },
};

function settle(call: Call, machine: Machine, domain: Domain | undefined, gfn: number): void {
  const result = call.result;
  if (domain !== undefined && result === Errno.ENOENT && call.predictedRet === 0) {
    // Xen found no page there: what was taken for one is something else.
    return machine.blur(domain, call, 0, gfn);
  }
  if (domain === undefined || (result !== 0 && !Number.isNaN(result))) return;
  if (Number.isNaN(gfn)) return machine.forget(domain, "arguments of remove_from_physmap not recorded");
  if (isInvalidGfn(gfn)) return;
  const kind = domain.p2m.kindOf(gfn);
  const wasRam = kind === FrameKind.own || (kind === FrameKind.unknown && domain.inRam(gfn) === true);
  if (Number.isNaN(result)) machine.blur(domain, call, 0, gfn);
  else machine.clear(domain, call, 0, gfn, wasRam ? EntryFlag.displaced : 0);
}
