import { Errno, GNTTABOP_CMD_BITS, GnttabCache, PAGE_SIZE } from "@xgt/hypercall-abi";
import { fieldIndex, Recorded } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import type { Domain } from "../../state/domain.ts";
import type { Machine } from "../../state/machine.ts";
import { type Semantics, shapeNamed } from "../shared/semantics.ts";
import { callerOf } from "./grant-batch.ts";

const shape = shapeNamed("cache_flush").in;
const BUS = fieldIndex(shape, "dev_bus_addr");
const OFFSET = fieldIndex(shape, "offset");
const LENGTH = fieldIndex(shape, "length");
const OP = fieldIndex(shape, "op");
const OPS = GnttabCache.clean | GnttabCache.inval;
const COUNT_MAX = 2 ** 31 - 1;

/** Fields that rules about bus addresses look at. */
export const cacheFlushFields = { bus: BUS, offset: OFFSET, length: LENGTH };

/** What one op answers, in Xen's order (common/grant_table.c:_cache_flush@master); NaN where it is not decidable. */
function predict(call: Call, machine: Machine, domain: Domain, row: number): number {
  const offset = call.in.u64(row, OFFSET);
  const length = call.in.u64(row, LENGTH);
  const op = call.in.u64(row, OP);
  if (Number.isNaN(offset + length + op)) return Number.NaN;
  if (offset >= PAGE_SIZE || offset + length > PAGE_SIZE || op > OPS) return Errno.EINVAL;
  if (length === 0 || op === 0) return 0;
  const mfn = Math.floor(call.in.u64(row, BUS) / PAGE_SIZE);
  if (mfn >= (domain.facts?.maxPage ?? Number.POSITIVE_INFINITY)) return Errno.EINVAL;
  // Another domain's page needs an active grant to the caller.
  if (domain.owns(mfn) === true || domain.maptrack.isLive(mfn)) return 0;
  return domain.maptrack.complete && ownedByOther(machine, domain, mfn) ? Errno.EINVAL : Number.NaN;
}

function ownedByOther(machine: Machine, domain: Domain, mfn: number): boolean {
  for (const other of machine.domains.values()) if (other !== domain && other.owns(mfn) === true) return true;
  return false;
}

/** Takes a machine address; errors are returned, there is no status. The continuation bits are its own. */
export const cacheFlush: Semantics = {
  subOp: "cache_flush",
  source: "common/grant_table.c:_cache_flush,gnttab_cache_flush@master",
  replay(call, machine) {
    const domain = callerOf(call, machine);
    if (call.in.count > COUNT_MAX) return machine.expectRet(call, "H11", Errno.EINVAL);
    if (call.in.recorded === Recorded.fault)
      return machine.expectRet(call, "H11", call.in.count === 0 ? 0 : Errno.EFAULT);
    if (domain === undefined || call.in.recorded !== Recorded.fields || call.start !== 0) return;
    if (call.in.rows < call.in.count) return;
    if (call.retEquals(Errno.ENOSYS)) return; // A Xen without the op: guests probe for it.
    // Where a recorder sits at the HVC, the exit of a fragment holds the next command word.
    if (call.ret > 0 && call.ret % (1 << GNTTABOP_CMD_BITS) === call.cmd) return;
    let value = 0;
    for (let row = 0; row < call.in.rows && value === 0; row++) value = predict(call, machine, domain, row);
    if (!Number.isNaN(value)) machine.expectRet(call, "H22", value);
  },
};
