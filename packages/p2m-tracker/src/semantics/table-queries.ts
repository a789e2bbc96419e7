import { fieldIndex, Recorded } from "@xgt/hypercall-log";
import { type Call, Errno } from "../call.ts";
import type { Domain } from "../domain.ts";
import { Gntst } from "../grant-status.ts";
import type { ConformanceId, Machine } from "../machine.ts";
import { callerOf, refuseBatch, settleStatus } from "./grant-batch.ts";
import { type Semantics, shapeNamed } from "./semantics.ts";

/** setup_table, query_size and get_status_frames take exactly one op; true where the call was settled here. */
function refuseCount(call: Call, machine: Machine): boolean {
  if (call.in.count === 1 || Number.isNaN(call.in.count) || call.in.recorded === Recorded.nothing)
    return false;
  machine.expectRet(call, "H11", Errno.EINVAL);
  return call.ret !== 0;
}

/** The domain that the op's `dom` names; null where nothing is known of it, Gntst.badDomain where there is none. */
function domainOf(call: Call, machine: Machine, field: number): Domain | null | number {
  const dom = call.in.u64(0, field);
  if (Number.isNaN(dom)) return null;
  if (machine.exists(dom, call.caller) === false) return Gntst.badDomain;
  return machine.resolve(dom, call.caller) ?? null;
}

/** One op with a status; `judge` gives the status for a domain that is known. */
function single(
  name: string,
  cmd: number,
  source: string,
  judge: (call: Call, domain: Domain) => number,
  learn: (call: Call, machine: Machine, domain: Domain) => void,
): Semantics {
  const shape = shapeNamed(name);
  const dom = fieldIndex(shape.in, "dom");
  const status = fieldIndex(shape.out, "status");
  const rule: ConformanceId = "H11";
  return {
    nr: 20,
    cmd,
    source,
    replay(call, machine) {
      callerOf(call, machine);
      if (refuseCount(call, machine) || refuseBatch(call, machine)) return;
      if (call.in.rows === 0) return;
      machine.expectRet(call, rule, 0);
      call.sizeItems(1);
      const domain = domainOf(call, machine, dom);
      const predicted =
        typeof domain === "number" ? domain : domain === null ? Number.NaN : judge(call, domain);
      const settled = settleStatus(call, machine, 0, call.out.s64(0, status), predicted, rule, Number.NaN);
      if (settled === Gntst.okay && domain instanceof Object) learn(call, machine, domain);
    },
  };
}

const setupFrames = fieldIndex(shapeNamed("setup_table").in, "nr_frames");
const queryFrames = fieldIndex(shapeNamed("query_size").out, "nr_frames");

/** Writes the gfn of each frame, or ~0: the frames themselves become visible through add_to_physmap only. */
export const setupTable = single(
  "setup_table",
  2,
  "common/grant_table.c:gnttab_setup_table@master",
  (call, domain) => {
    const frames = call.in.u64(0, setupFrames);
    if (frames > domain.maxGrantFrames) return Gntst.generalError;
    return frames <= domain.grantTableFrames ? Gntst.okay : Number.NaN;
  },
  (call, _machine, domain) => {
    const frames = call.in.u64(0, setupFrames);
    if (frames > domain.grantTableFrames) domain.grantTableFrames = frames;
  },
);

/** nr_frames grows with add_to_physmap(grant_table). */
export const querySize = single(
  "query_size",
  6,
  "common/grant_table.c:gnttab_query_size@master",
  () => Gntst.okay,
  (call, machine, domain) => {
    const frames = call.out.u64(0, queryFrames);
    if (Number.isNaN(frames)) return;
    const low = domain.grantTableFrames;
    if (frames < low)
      machine.contradict("H11", call, Number.NaN, `at least ${low} frames`, `${frames} frames`);
    domain.grantTableFrames = Math.max(low, frames);
    domain.grantTableExact = true;
  },
);

const statusFrames = fieldIndex(shapeNamed("get_status_frames").in, "nr_frames");

/** Version 1 has no status frames. */
export const getStatusFrames = single(
  "get_status_frames",
  9,
  "common/grant_table.c:gnttab_get_status_frames@master",
  (call, domain) =>
    domain.facts?.grantTableVersion === 1 && call.in.u64(0, statusFrames) > 0
      ? Gntst.generalError
      : Number.NaN,
  () => {},
);
