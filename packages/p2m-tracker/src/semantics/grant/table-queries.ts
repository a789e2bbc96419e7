import { Errno, Gntst } from "@xgt/hypercall-abi";
import { fieldIndex, Recorded } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import type { Domain } from "../../state/domain.ts";
import type { Machine } from "../../state/machine.ts";
import { mayTarget } from "../shared/caller-rights.ts";
import { type Semantics, shapeNamed } from "../shared/semantics.ts";
import { callerOf, loggedStatus, refuseBatch, settleStatus } from "./grant-batch.ts";

/** setup_table, query_size and get_status_frames take exactly one op; true where the call was settled here. */
function refuseCount(call: Call, machine: Machine): boolean {
  if (call.in.count === 1 || call.in.recorded === Recorded.nothing) return false;
  machine.expectRet(call, "H11", Errno.EINVAL);
  return call.ret !== 0;
}

/** The status that the op's `dom` decides; undefined: none, NaN: not known. */
function refuseDomain(call: Call, machine: Machine, dom: number): number | undefined {
  const exists = Number.isNaN(dom) ? null : machine.exists(dom, call.caller);
  if (exists !== true) return exists === false ? Gntst.badDomain : Number.NaN;
  const allowed = mayTarget(machine, call.caller, dom);
  if (allowed === false) return Gntst.permissionDenied;
  return allowed === null ? Number.NaN : undefined;
}

/** What differs between the three. */
interface Question {
  readonly subOp: string;
  readonly source: string;
  /** The status for a domain that is known; NaN where it is not decidable. */
  judge(call: Call, domain: Domain): number;
  /** Whether this status may come instead of okay, for reasons that no log shows. */
  tolerates(status: number): boolean;
  /** The op was answered okay. */
  learn(call: Call, machine: Machine, domain: Domain): void;
}

/** One op with a status (common/grant_table.c@master). */
function single(question: Question): Semantics {
  const shape = shapeNamed(question.subOp);
  const domField = fieldIndex(shape.in, "dom");
  const status = fieldIndex(shape.out, "status");
  return {
    subOp: question.subOp,
    source: question.source,
    replay(call, machine) {
      callerOf(call, machine);
      if (refuseBatch(call, machine) || refuseCount(call, machine) || call.in.rows === 0) return;
      if (!call.retEquals(Errno.EFAULT)) machine.expectRet(call, "H11", 0);
      call.sizeItems(1);
      const dom = call.in.u64(0, domField);
      const domain = machine.resolve(dom, call.caller);
      let predicted =
        refuseDomain(call, machine, dom) ?? (domain ? question.judge(call, domain) : Number.NaN);
      const logged = loggedStatus(call, 0, status);
      if (predicted === Gntst.okay && question.tolerates(logged)) predicted = Number.NaN;
      const settled = settleStatus(call, machine, 0, logged, predicted, "H11", Number.NaN);
      if (settled === Gntst.okay && domain !== undefined) question.learn(call, machine, domain);
    },
  };
}

const setupFrames = fieldIndex(shapeNamed("setup_table").in, "nr_frames");
const queryFrames = fieldIndex(shapeNamed("query_size").out, "nr_frames");
const statusFrames = fieldIndex(shapeNamed("get_status_frames").in, "nr_frames");

/** Writes the gfn of each frame, or ~0: the frames themselves become visible through add_to_physmap only. */
export const setupTable = single({
  subOp: "setup_table",
  source: "common/grant_table.c:gnttab_setup_table@master",
  judge(call, domain) {
    const frames = call.in.u64(0, setupFrames);
    if (frames > domain.xenPages.maxFrames) return Gntst.generalError;
    return frames <= Math.max(domain.xenPages.tableFrames, domain.xenPages.maxFrames)
      ? Gntst.okay
      : Number.NaN;
  },
  // The table may fail to grow, and the list may be one that Xen cannot write.
  tolerates: (status) => status === Gntst.generalError || status === Gntst.badVirtAddr,
  learn(call, _machine, domain) {
    const frames = call.in.u64(0, setupFrames);
    if (frames >= 0) domain.xenPages.grow(frames);
  },
});

/** nr_frames grows with add_to_physmap(grant_table). */
export const querySize = single({
  subOp: "query_size",
  source: "common/grant_table.c:gnttab_query_size@master",
  judge: () => Gntst.okay,
  tolerates: () => false,
  learn(call, machine, domain) {
    const frames = call.out.u64(0, queryFrames);
    if (Number.isNaN(frames)) return;
    const low = domain.xenPages.tableFrames;
    if (frames < low)
      machine.contradict("H11", call, Number.NaN, `at least ${low} frames`, `${frames} frames`);
    domain.xenPages.learnSize(frames);
  },
});

/** Version 1 has no status frames. */
export const getStatusFrames = single({
  subOp: "get_status_frames",
  source: "common/grant_table.c:gnttab_get_status_frames@master",
  judge(call, domain) {
    const frames = call.in.u64(0, statusFrames);
    if (frames === 0) return Gntst.okay;
    return domain.facts?.grantTableVersion === 1 && frames > 0 ? Gntst.generalError : Number.NaN;
  },
  tolerates: () => false,
  learn() {
    // Nothing of the model depends on status frames.
  },
});
