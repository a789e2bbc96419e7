import { fieldIndex, Recorded } from "@xgt/hypercall-log";
import { type Call, Errno } from "../call.ts";
import type { Domain } from "../domain.ts";
import { FrameKind, NOT_KNOWN } from "../frame-kind.ts";
import { DOMID_SELF, DOMID_XEN, type Machine } from "../machine.ts";
import { since } from "../xen-version.ts";
import { applyOne, type Expected, expectOne, MapSpace, refuseMmio, START_MAX } from "./add-to-physmap.ts";
import { isInvalidGfn } from "./reservation.ts";
import { type Semantics, shapeNamed } from "./semantics.ts";
import { targetOf } from "./simple-return.ts";

const shape = shapeNamed("add_to_physmap_batch");
const DOMID = fieldIndex(shape.in, "domid");
const SPACE = fieldIndex(shape.in, "space");
const SIZE = fieldIndex(shape.in, "size");
const FOREIGN = fieldIndex(shape.in, "foreign_domid");
const RES0 = fieldIndex(shape.in, "res0");
const IDXS = 0;
const GPFNS = 1;
const ERRS = 0;
/** A list of the log is no longer than this many items; Xen's own size is 16 bits. */
const SIZE_MAX = 0xffff;

/** The answer decided before any item; undefined: items decide, null: not known. */
function refusal(
  call: Call,
  machine: Machine,
  domain: Domain | undefined,
  out: Expected,
): number | null | undefined {
  out.rule = "H08";
  if (call.start > START_MAX) {
    out.rule = "H29";
    return Errno.EDOM;
  }
  if (call.in.recorded === Recorded.fault) return Errno.EFAULT;
  const space = call.in.u64(0, SPACE);
  const size = call.in.u64(0, SIZE);
  if (Number.isNaN(space) || Number.isNaN(size)) return null;
  if (space === MapSpace.gmfnRange) return Errno.EOPNOTSUPP;
  const domid = call.in.u64(0, DOMID);
  const exists = Number.isNaN(domid) ? null : machine.exists(domid, call.caller);
  if (exists !== true) return exists === false ? Errno.ESRCH : null;
  if (space === MapSpace.devMmio && domain !== undefined) {
    const refused = refuseMmio(call, machine, domain);
    if (refused !== undefined) return refused;
  }
  if (size < call.start) return Errno.EILSEQ;
  if (size === call.start) return size === 0 ? 0 : Errno.EILSEQ;
  if (space === MapSpace.devMmio && call.in.u64(0, RES0) > 0) return Errno.EOPNOTSUPP;
  return undefined;
}

/**
 * How the foreign domain is looked up: get_pg_owner up to 4.19; since f795a9c491 and its backports to 4.20 to 4.22
 * rcu_lock_remote_domain_by_id. A build of 4.20 to 4.22 may be on either side, so there the answer stays open.
 */
function expectForeign(call: Call, machine: Machine, domain: Domain, idx: number, out: Expected): void {
  out.rule = "H31";
  const foreign = call.in.u64(0, FOREIGN);
  out.value = Number.NaN;
  if (Number.isNaN(foreign) || foreign === DOMID_XEN) return;
  const old = machine.xen !== null && machine.xen < 4020;
  const late = machine.xen !== null && machine.xen > 4022;
  if (foreign === DOMID_SELF) out.value = old ? Errno.EINVAL : late ? Errno.ESRCH : Number.NaN;
  else if (foreign === call.caller) out.value = old ? Errno.ESRCH : late ? Errno.EPERM : Number.NaN;
  else if (foreign === domain.domid) out.value = Errno.EINVAL;
  else if (machine.exists(foreign, call.caller) === false)
    out.value = foreign >= DOMID_SELF ? Number.NaN : Errno.ESRCH;
  else expectForeignFrame(machine.domains.get(foreign), idx, out);
}

/** The source gfn must hold RAM of the foreign domain. */
function expectForeignFrame(foreign: Domain | undefined, idx: number, out: Expected): void {
  const kind = foreign?.p2m.kindOf(idx);
  out.rule = "H08";
  if (
    kind === FrameKind.hole ||
    kind === FrameKind.mmio ||
    kind === FrameKind.grant ||
    kind === FrameKind.foreign
  )
    out.value = Errno.EINVAL;
}

const scratch: Expected = { value: Number.NaN, rule: "H08" };

/** Per-item results stand in errs; the call goes on past a failed item and returns 0. */
export const addToPhysmapBatch: Semantics = {
  nr: 12,
  cmd: 23,
  source:
    "common/memory.c:xenmem_add_to_physmap_batch@master; arch/arm/mm.c:xenmem_add_to_physmap_one@master",
  replay(call, machine) {
    const domain = targetOf(call, machine, call.in.u64(0, DOMID));
    const refused = refusal(call, machine, domain, scratch);
    if (refused !== undefined && refused !== null) {
      machine.expectRet(call, scratch.rule, refused);
      if (Number.isNaN(call.ret) || call.retEquals(refused)) return;
    }
    if (domain === undefined) return;
    const size = call.in.u64(0, SIZE);
    if (Number.isNaN(size)) {
      if (call.ret !== 0 && call.ret > Errno.EIO) return;
      return machine.forget(domain, "arguments of add_to_physmap_batch not recorded");
    }
    replayItems(call, machine, domain, Math.min(size, SIZE_MAX), refused === undefined);
  },
};

function replayItems(call: Call, machine: Machine, domain: Domain, size: number, judged: boolean): void {
  const space = call.in.u64(0, SPACE);
  call.sizeItems(size);
  let ret = judged ? 0 : Number.NaN;
  for (let item = call.start; item < size; item++) {
    if (item >= call.in.listLength(GPFNS)) {
      // An element that Xen cannot read ends the call; a list that the recorder cut leaves the rest unknown.
      if (isCut(call)) machine.forget(domain, "lists of add_to_physmap_batch were cut");
      else ret = Errno.EFAULT;
      break;
    }
    const gpfn = call.in.listAt(GPFNS, item);
    if (isInvalidGfn(gpfn) && since(machine.xen, 4017) !== false) {
      ret = since(machine.xen, 4017) === null ? Number.NaN : Errno.EINVAL;
      break;
    }
    replayItem(call, machine, domain, item, space, gpfn);
  }
  if (!Number.isNaN(ret)) machine.expectRet(call, "H08", ret);
}

function isCut(call: Call): boolean {
  return call.in.listState(GPFNS) === 1;
}

function replayItem(
  call: Call,
  machine: Machine,
  domain: Domain,
  item: number,
  space: number,
  gpfn: number,
): void {
  const idx = item < call.in.listLength(IDXS) ? call.in.listAt(IDXS, item) : Number.NaN;
  scratch.value = Number.NaN;
  if (space === MapSpace.gmfnForeign) expectForeign(call, machine, domain, idx, scratch);
  else if (!Number.isNaN(idx)) expectOne(machine, domain, space, idx, scratch);
  const logged = call.out.errnoAt(ERRS, item);
  if (!Number.isNaN(logged) && !Number.isNaN(scratch.value) && logged !== scratch.value) {
    machine.contradict(scratch.rule, call, gpfn, `errs[${item}] ${scratch.value}`, `errs[${item}] ${logged}`);
  }
  const settled = Number.isNaN(logged) ? scratch.value : logged;
  call.setItem(item, scratch.value, settled);
  if (Number.isNaN(settled)) machine.blur(domain, call, item, gpfn);
  else if (settled === 0) applyItem(call, machine, domain, item, space, idx, gpfn);
}

function applyItem(
  call: Call,
  machine: Machine,
  domain: Domain,
  item: number,
  space: number,
  idx: number,
  gpfn: number,
): void {
  if (space !== MapSpace.gmfnForeign) return applyOne(call, machine, domain, item, space, idx, gpfn);
  const foreign = call.in.u64(0, FOREIGN);
  const mfn = foreignMfn(machine.domains.get(foreign), idx);
  const aux = Number.isNaN(foreign) ? NOT_KNOWN : foreign;
  machine.change(
    domain,
    call,
    item,
    gpfn,
    FrameKind.foreign,
    mfn,
    aux,
    false,
    machine.coverLineage(domain, gpfn),
  );
}

/** The frame behind a foreign gfn, where that domain is direct-mapped and listed. */
function foreignMfn(foreign: Domain | undefined, idx: number): number {
  return foreign?.directMapped && foreign.p2m.kindOf(idx) === FrameKind.own ? idx : NOT_KNOWN;
}
