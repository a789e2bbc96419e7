import { fieldIndex, Recorded } from "@xgt/hypercall-log";
import { type Call, Errno } from "../call.ts";
import { Gntst } from "../grant-status.ts";
import type { Machine } from "../machine.ts";
import { since } from "../xen-version.ts";
import { callerOf, refuseBatch } from "./grant-batch.ts";
import { type Semantics, shapeNamed } from "./semantics.ts";

const shape = shapeNamed("transfer");
const STATUS = fieldIndex(shape.out, "status");

/** Never moves a page on Arm: refused as a whole from 4.17 on (185250ec78), op by op before. */
export const transfer: Semantics = {
  nr: 20,
  cmd: 4,
  source: "common/grant_table.c:gnttab_transfer@master; arch/arm/mm.c:steal_page@4.16",
  replay(call, machine) {
    callerOf(call, machine);
    const whole = since(machine.xen, 4017);
    if (call.in.recorded === Recorded.fault && whole !== true) return;
    if (whole === true && call.in.count > 0 && call.start === 0)
      return machine.expectRet(call, "H07", Errno.EOPNOTSUPP);
    if (refuseBatch(call, machine) || whole !== false) return;
    replayRows(call, machine);
  },
};

function replayRows(call: Call, machine: Machine): void {
  machine.expectRet(call, "H07", 0);
  call.sizeItems(call.in.rows);
  for (let row = 0; row < call.in.rows; row++) {
    const status = call.out.s64(row, STATUS);
    call.setItem(row, Number.NaN, status);
    const refused = status === Gntst.badPage || status === Gntst.generalError;
    if (!Number.isNaN(status) && !refused)
      machine.contradict("H07", call, Number.NaN, "status bad_page or general_error", `status ${status}`);
  }
}
