import { Errno, Gntst, gntstName, since } from "@xgt/hypercall-abi";
import { fieldIndex, Recorded } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind } from "../../state/frame-kind.ts";
import type { Machine } from "../../state/machine.ts";
import { isInvalidGfn } from "../shared/reservation-fields.ts";
import { type Semantics, shapeNamed } from "../shared/semantics.ts";
import { callerOf, isFragment, loggedStatus, refuseBatch } from "./grant-batch.ts";

const shape = shapeNamed("transfer");
const MFN = fieldIndex(shape.in, "mfn");
const STATUS = fieldIndex(shape.out, "status");

/** Never moves a page on Arm: refused as a whole from 4.17 on (185250ec78), op by op before. */
export const transfer: Semantics = {
  subOp: "transfer",
  source: "common/grant_table.c:gnttab_transfer@master; arch/arm/mm.c:steal_page@4.16",
  replay(call, machine) {
    const domain = callerOf(call, machine);
    const whole = since(machine.xen, "4.17");
    // The refusal of 4.17 looks at no op.
    if (refuseBatch(call, machine, whole !== false)) return;
    if (whole === true) return machine.expectRet(call, "H07", Errno.EOPNOTSUPP);
    if (whole === null || call.in.recorded !== Recorded.fields) return;
    replayRows(call, machine, domain);
  },
};

function replayRows(call: Call, machine: Machine, domain: Domain | undefined): void {
  if (!call.retEquals(Errno.EFAULT) && !isFragment(call, STATUS)) machine.expectRet(call, "H07", 0);
  call.sizeItems(call.in.rows);
  for (let row = 0; row < call.in.rows; row++) {
    const status = loggedStatus(call, row, STATUS);
    const predicted = predict(domain, call.in.u64(row, MFN));
    call.setItem(row, predicted, Number.isNaN(status) ? predicted : status);
    const refused = status === Gntst.badPage || status === Gntst.generalError;
    const wrong = !Number.isNaN(predicted) && status !== predicted;
    if (!Number.isNaN(status) && (!refused || wrong)) {
      const expected = wrong ? gntstName(predicted) : "bad_page or general_error";
      machine.contradict("H07", call, Number.NaN, `status ${expected}`, `status ${gntstName(status)}`);
    }
  }
}

/** A gfn without a valid frame is bad_page; steal_page refuses every other with -EOPNOTSUPP. */
function predict(domain: Domain | undefined, gfn: number): number {
  if (isInvalidGfn(gfn)) return Gntst.badPage;
  switch (domain?.p2m.kindOf(gfn)) {
    case FrameKind.hole:
      return Gntst.badPage;
    case undefined:
    case FrameKind.unknown:
    case FrameKind.mmio:
      return Number.NaN;
    default:
      return Gntst.generalError;
  }
}
