import { fieldIndex, Recorded } from "@xgt/hypercall-log";
import { Errno } from "../call.ts";
import { callerOf, refuseBatch } from "./grant-batch.ts";
import { type Semantics, shapeNamed } from "./semantics.ts";

const set = shapeNamed("set_version");
const ASKED = fieldIndex(set.in, "version");
const WRITTEN = fieldIndex(set.out, "version");
const get = shapeNamed("get_version");
const GET_DOM = fieldIndex(get.in, "dom");
const GOT = fieldIndex(get.out, "version");

/** Version 2 is refused by Arm's default (GNTTAB_MAX_VERSION 1); errors are returned, there is no status. */
export const setVersion: Semantics = {
  nr: 20,
  cmd: 8,
  source: "common/grant_table.c:gnttab_set_version@master",
  replay(call, machine) {
    const domain = callerOf(call, machine);
    if (call.in.recorded === Recorded.fault) return machine.expectRet(call, "H19", Errno.EFAULT);
    const asked = call.in.u64(0, ASKED);
    if (Number.isNaN(asked)) return;
    if (asked !== 1 && asked !== 2) return machine.expectRet(call, "H19", Errno.EINVAL);
    const version = domain?.facts?.grantTableVersion;
    if (asked === version) return machine.expectRet(call, "H19", 0);
    // `gnttab=max-ver` (and max_grant_version of dom0less, 4.18) can offer version 2: 0 is then right.
    if (asked === 2 && (version === 1 || call.ret !== 0)) machine.expectRet(call, "H19", Errno.ENOSYS);
    const written = call.out.u64(0, WRITTEN);
    if (asked === 2 && call.retEquals(Errno.ENOSYS) && written > 1)
      machine.contradict("H19", call, Number.NaN, "version 1 written back", `version ${written}`);
  },
};

/** The version in force; errors are returned. */
export const getVersion: Semantics = {
  nr: 20,
  cmd: 10,
  source: "common/grant_table.c:gnttab_get_version@master",
  replay(call, machine) {
    callerOf(call, machine);
    if (call.in.recorded === Recorded.fault) return machine.expectRet(call, "H11", Errno.EFAULT);
    const dom = call.in.u64(0, GET_DOM);
    const exists = Number.isNaN(dom) ? null : machine.exists(dom, call.caller);
    if (exists === false) return machine.expectRet(call, "H11", Errno.ESRCH);
    const domain = machine.resolve(dom, call.caller);
    if (domain === undefined) return;
    machine.expectRet(call, "H11", 0);
    const version = domain.facts?.grantTableVersion;
    const got = call.out.u64(0, GOT);
    if (version !== undefined && !Number.isNaN(got) && got !== version)
      machine.contradict("H11", call, Number.NaN, `version ${version}`, `version ${got}`);
  },
};

const swap = shapeNamed("swap_grant_ref");
const REF_A = fieldIndex(swap.in, "ref_a");
const REF_B = fieldIndex(swap.in, "ref_b");

/** Swaps two entries of the caller's own table; no effect on any p2m. */
export const swapGrantRef: Semantics = {
  nr: 20,
  cmd: 11,
  source: "common/grant_table.c:gnttab_swap_grant_ref@master",
  replay(call, machine) {
    const domain = callerOf(call, machine);
    if (refuseBatch(call, machine) || domain === undefined) return;
    const status = fieldIndex(swap.out, "status");
    call.sizeItems(call.in.rows);
    for (let row = 0; row < call.in.rows; row++) {
      const logged = call.out.s64(row, status);
      call.setItem(row, Number.NaN, logged);
      if (logged !== 0) continue;
      const a = call.in.u64(row, REF_A);
      const b = call.in.u64(row, REF_B);
      const first = domain.granted.get(a);
      const second = domain.granted.get(b);
      if (second === undefined) domain.granted.delete(a);
      else domain.granted.set(a, { ...second, ref: a });
      if (first === undefined) domain.granted.delete(b);
      else domain.granted.set(b, { ...first, ref: b });
    }
  },
};
