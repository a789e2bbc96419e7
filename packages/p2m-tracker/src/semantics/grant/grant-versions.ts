import { Errno, Gntst } from "@xgt/hypercall-abi";
import { fieldIndex, Recorded } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import type { Domain } from "../../state/domain.ts";
import type { Machine } from "../../state/machine.ts";
import { type Semantics, shapeNamed } from "../shared/semantics.ts";
import { refuseDomain } from "../shared/simple-return.ts";
import { callerOf, checkBatchReturn, loggedStatus, refuseBatch, settleStatus } from "./grant-batch.ts";
import { isBeyondTable } from "./grant-entry.ts";

const set = shapeNamed("set_version");
const ASKED = fieldIndex(set.in, "version");
const WRITTEN = fieldIndex(set.out, "version");
const get = shapeNamed("get_version");
const GET_DOM = fieldIndex(get.in, "dom");
const GOT = fieldIndex(get.out, "version");

/** GNTTAB_NR_RESERVED_ENTRIES. */
const RESERVED_ENTRIES = 8;

/** Version 2 is refused by Arm's default (GNTTAB_MAX_VERSION 1); errors are returned, there is no status. */
export const setVersion: Semantics = {
  subOp: "set_version",
  source: "common/grant_table.c:gnttab_set_version@master",
  replay(call, machine) {
    const domain = callerOf(call, machine);
    if (refuseBatch(call, machine, true)) return;
    // The count is not looked at: the argument is read whatever it is.
    if (call.in.recorded === Recorded.fault) return machine.expectRet(call, "H19", Errno.EFAULT);
    const asked = call.in.u64(0, ASKED);
    if (Number.isNaN(asked)) return;
    const version = domain?.facts?.grantTableVersion;
    expectVersion(call, machine, asked, version);
    // A change of version clears the table, but for the entries that the toolstack has reserved.
    if (domain !== undefined && call.ret === 0 && asked === 2 && version !== 2)
      domain.grants.clearFrom(RESERVED_ENTRIES);
  },
};

function expectVersion(call: Call, machine: Machine, asked: number, version: number | undefined): void {
  if (asked !== 1 && asked !== 2) machine.expectRet(call, "H19", Errno.EINVAL);
  else if (asked === version) machine.expectRet(call, "H19", 0);
  else if (asked === 2) machine.expectRet(call, "H19", Errno.ENOSYS);
  else if (version === undefined) call.predictedRet = 0;
  const written = call.out.u64(0, WRITTEN);
  if (asked === 2 && call.retEquals(Errno.ENOSYS) && written !== 1 && !Number.isNaN(written))
    machine.contradict("H19", call, Number.NaN, "version 1 written back", `version ${written}`);
}

/** The version in force; errors are returned. */
export const getVersion: Semantics = {
  subOp: "get_version",
  source: "common/grant_table.c:gnttab_get_version@master",
  replay(call, machine) {
    callerOf(call, machine);
    if (refuseBatch(call, machine, true)) return;
    if (call.in.recorded === Recorded.fault) return machine.expectRet(call, "H11", Errno.EFAULT);
    const dom = call.in.u64(0, GET_DOM);
    const refused = refuseDomain(call, machine, dom);
    if (refused === null) return;
    if (!call.retEquals(Errno.EFAULT)) machine.expectRet(call, "H11", refused ?? 0);
    const version = machine.resolve(dom, call.caller)?.facts?.grantTableVersion;
    const got = call.out.u64(0, GOT);
    if (version !== undefined && !Number.isNaN(got) && got !== version)
      machine.contradict("H11", call, Number.NaN, `version ${version}`, `version ${got}`);
  },
};

const swap = shapeNamed("swap_grant_ref");
const REF_A = fieldIndex(swap.in, "ref_a");
const REF_B = fieldIndex(swap.in, "ref_b");
const SWAP_STATUS = fieldIndex(swap.out, "status");

/** Swaps two entries of the caller's own table; no effect on any p2m. */
export const swapGrantRef: Semantics = {
  subOp: "swap_grant_ref",
  source: "common/grant_table.c:gnttab_swap_grant_ref,swap_grant_ref@master",
  replay(call, machine) {
    const domain = callerOf(call, machine);
    if (refuseBatch(call, machine)) return;
    checkBatchReturn(call, machine, SWAP_STATUS);
    if (domain === undefined || call.in.recorded !== Recorded.fields) return;
    call.sizeItems(call.in.rows);
    for (let row = 0; row < call.in.rows; row++) {
      const a = call.in.u64(row, REF_A);
      const b = call.in.u64(row, REF_B);
      const logged = loggedStatus(call, row, SWAP_STATUS);
      const status = settleStatus(call, machine, row, logged, swapStatus(domain, a, b), "H11", Number.NaN);
      if (status === Gntst.okay) domain.grants.swap(a, b);
    }
  },
};

/** Bounds of both refs, then whether anybody has one of them mapped; NaN where the log does not show that. */
function swapStatus(domain: Domain, a: number, b: number): number {
  const beyondA = isBeyond(domain, a);
  const beyondB = isBeyond(domain, b);
  if (beyondA === true || beyondB === true) return Gntst.badGntref;
  if (beyondA === null || beyondB === null) return Number.NaN;
  if (a === b) return Gntst.okay;
  if (domain.maptrack.pinned(domain.domid, a) || domain.maptrack.pinned(domain.domid, b)) return Gntst.eagain;
  return mayBePinned(domain, a) || mayBePinned(domain, b) ? Number.NaN : Gntst.okay;
}

function isBeyond(domain: Domain, ref: number): boolean | null {
  return domain.grants.get(ref) !== undefined ? false : isBeyondTable(domain, ref);
}

/** Whether a map that the log does not show may hold this entry: a peer's, or one from before the log began. */
function mayBePinned(domain: Domain, ref: number): boolean {
  // Only facts list every entry there ever is: others may have been rewritten since they were seen.
  if (domain.facts?.grants === undefined || !domain.maptrack.complete) return true;
  return (domain.grants.get(ref)?.dom ?? domain.domid) !== domain.domid;
}
