import { fieldIndex, Recorded } from "@xgt/hypercall-log";
import { type Call, Errno } from "../call.ts";
import type { Domain } from "../domain.ts";
import { callerOf } from "./grant-batch.ts";
import { type Semantics, shapeNamed } from "./semantics.ts";

const shape = shapeNamed("cache_flush").in;
const BUS = fieldIndex(shape, "dev_bus_addr");
const OFFSET = fieldIndex(shape, "offset");
const LENGTH = fieldIndex(shape, "length");
const OP = fieldIndex(shape, "op");
/** GNTTAB_CACHE_CLEAN | GNTTAB_CACHE_INVAL. */
const OPS = 3;
const PAGE = 4096;

/** Fields that rules about bus addresses look at. */
export const cacheFlushFields = { bus: BUS, offset: OFFSET, length: LENGTH };

/** What one op answers; NaN where it is not decidable. */
function predict(call: Call, domain: Domain, row: number): number {
  const length = call.in.u64(row, LENGTH);
  const op = call.in.u64(row, OP);
  if (Number.isNaN(length) || Number.isNaN(op)) return Number.NaN;
  if (call.in.u64(row, OFFSET) + length > PAGE) return Errno.EINVAL;
  if (length === 0 || op === 0) return 0;
  if ((op & ~OPS) !== 0) return Errno.EINVAL;
  const mfn = Math.floor(call.in.u64(row, BUS) / PAGE);
  if (domain.owns(mfn) === true) return 0;
  // Another domain's page needs an active grant to the caller.
  if (domain.maptrack.liveByMfn.has(mfn)) return 0;
  return Number.NaN;
}

/** Takes a machine address; errors are returned, there is no status. */
export const cacheFlush: Semantics = {
  nr: 20,
  cmd: 12,
  source: "common/grant_table.c:_cache_flush,gnttab_cache_flush@master",
  replay(call, machine) {
    const domain = callerOf(call, machine);
    if (call.in.recorded === Recorded.fault) return machine.expectRet(call, "H11", Errno.EFAULT);
    if (domain === undefined || call.in.recorded !== Recorded.fields) return;
    if (call.in.rows < call.in.count) return;
    for (let row = 0; row < call.in.rows; row++) {
      const value = predict(call, domain, row);
      if (Number.isNaN(value)) return;
      if (value !== 0) return machine.expectRet(call, "H22", value);
    }
    if (call.retEquals(Errno.ENOSYS)) return; // A Xen without the op: guests probe for it.
    machine.expectRet(call, "H22", 0);
  },
};
