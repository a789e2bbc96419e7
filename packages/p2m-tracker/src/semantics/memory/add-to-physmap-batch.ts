import { DOMID_SELF, Errno, MapSpace, since } from "@xgt/hypercall-abi";
import { fieldIndex, ListState, Recorded } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import type { Judgement } from "../../call/judgement.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind, NOT_KNOWN } from "../../state/frame-kind.ts";
import type { Machine } from "../../state/machine.ts";
import { expectPlaced, placeFrame } from "../shared/placement.ts";
import { continuedAt, isInvalidGfn } from "../shared/reservation-fields.ts";
import { type Semantics, shapeNamed } from "../shared/semantics.ts";
import { isTableFailure, type Refusal, refuseDomain, targetOf } from "../shared/simple-return.ts";
import { refuseMmio, START_MAX } from "./add-to-physmap.ts";
import { answerForeign, foreignFrame } from "./foreign-map.ts";

const shape = shapeNamed("add_to_physmap_batch");
const DOMID = fieldIndex(shape.in, "domid");
const SPACE = fieldIndex(shape.in, "space");
const SIZE = fieldIndex(shape.in, "size");
const FOREIGN = fieldIndex(shape.in, "foreign_domid");
const RES0 = fieldIndex(shape.in, "res0");
const IDXS = 0;
const GPFNS = 1;
const ERRS = 0;
/** Xen keeps the size in 16 bits. */
const SIZE_MAX = 0xffff;

/** The answer decided before any item, in Xen's order; undefined: items decide, null: not known. */
function refusal(call: Call, machine: Machine, out: Judgement): Refusal {
  out.begin("H08");
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
  if (space === MapSpace.devMmio) {
    const refused = refuseMmio(call, machine, domid);
    if (refused !== undefined) return refused;
  }
  const refused = refuseDomain(call, machine, domid);
  if (refused !== undefined) return refused;
  if (size < call.start) return Errno.EILSEQ;
  if (size === call.start) return size === 0 ? 0 : Errno.EILSEQ;
  if (space === MapSpace.devMmio && call.in.u64(0, RES0) > 0) return Errno.EOPNOTSUPP;
  return undefined;
}

/** Per-item results stand in errs; the call goes on past a failed item and returns 0. */
export const addToPhysmapBatch: Semantics = {
  subOp: "add_to_physmap_batch",
  source:
    "common/memory.c:xenmem_add_to_physmap_batch@master; arch/arm/mm.c:xenmem_add_to_physmap_one@master",
  replay(call, machine) {
    const domain = targetOf(call, machine, call.in.u64(0, DOMID));
    const judgement = call.judgement;
    const refused = refusal(call, machine, judgement);
    if (refused !== undefined && refused !== null) {
      machine.expectRet(call, judgement.rule ?? "H08", refused);
      if (call.result === refused || call.retEquals(refused)) return;
    }
    if (domain === undefined) return;
    // These are answered after items were done; whatever else is negative, before.
    if (call.ret < 0 && !call.retEquals(Errno.EFAULT) && !call.retEquals(Errno.EINVAL)) {
      if (refused === undefined) machine.expectRet(call, "H08", 0);
      return;
    }
    const size = call.in.u64(0, SIZE);
    if (Number.isNaN(size)) machine.forget(domain, "arguments of add_to_physmap_batch not recorded");
    else replayItems(call, machine, domain, Math.min(size, SIZE_MAX), refused === undefined);
  },
};

/** Where a recorder sits at the HVC, the exit of a fragment holds the next command word; else `size`. */
function lastItem(call: Call, size: number): number {
  const continued = continuedAt(call, 0);
  return Number.isNaN(continued) ? size : Math.min(size, continued);
}

function replayItems(call: Call, machine: Machine, domain: Domain, size: number, judged: boolean): void {
  const end = lastItem(call, size);
  const fault = call.retEquals(Errno.EFAULT);
  const errsSeen = call.out.listLength(ERRS) > 0;
  call.sizeItems(size);
  let ret: number = judged ? 0 : Number.NaN;
  for (let item = call.start; item < end; item++) {
    if (!isReadable(call, item)) {
      // An element that Xen cannot read ends the call; a list that the recorder cut leaves the rest unknown.
      if (isCut(call)) machine.forget(domain, "lists of add_to_physmap_batch were cut");
      else ret = Errno.EFAULT;
      break;
    }
    const gpfn = call.in.listAt(GPFNS, item);
    if (isInvalidGfn(gpfn) && since(machine.xen, "4.17") !== false) {
      ret = since(machine.xen, "4.17") === null ? Number.NaN : Errno.EINVAL;
      break;
    }
    if (fault && Number.isNaN(call.out.errnoAt(ERRS, item))) {
      // The item is done before its errno is written, which is what failed here.
      machine.blur(domain, call, item, gpfn);
      ret = Errno.EFAULT;
      if (errsSeen) break;
    } else replayItem(call, machine, domain, item, gpfn);
  }
  if (end === size && !Number.isNaN(ret)) machine.expectRet(call, "H08", ret);
}

function isReadable(call: Call, item: number): boolean {
  return item < call.in.listLength(GPFNS) && item < call.in.listLength(IDXS);
}

/** The log's lists end early although Xen could read on. */
function isCut(call: Call): boolean {
  const short = call.in.listLength(GPFNS) <= call.in.listLength(IDXS) ? GPFNS : IDXS;
  return call.in.listState(short) === ListState.present;
}

function replayItem(call: Call, machine: Machine, domain: Domain, item: number, gpfn: number): void {
  const space = call.in.u64(0, SPACE);
  const idx = call.in.listAt(IDXS, item);
  const logged = call.out.errnoAt(ERRS, item);
  const expected = call.judgement;
  expectItem(call, machine, domain, space, idx, gpfn, logged);
  const { value, rule } = expected;
  const tolerated = value === 0 && isTableFailure(logged);
  if (rule !== null && !Number.isNaN(logged) && !Number.isNaN(value) && logged !== value && !tolerated)
    machine.contradict(rule, call, gpfn, `errs[${item}] ${value}`, `errs[${item}] ${logged}`);
  if (Number.isNaN(logged) && Number.isNaN(value) && expected.second < 0) return;
  let settled = Number.isNaN(logged) ? value : logged;
  if (Number.isNaN(logged) && settled === 0 && !call.certain) settled = Number.NaN;
  call.setItem(item, value, settled);
  if (Number.isNaN(settled)) machine.blur(domain, call, item, gpfn);
  else if (settled === 0) applyItem(call, machine, domain, item, space, idx, gpfn);
}

/** Fills in the call's judgement; where a release answers in two ways, the one that the log has is expected. */
function expectItem(
  call: Call,
  machine: Machine,
  domain: Domain,
  space: number,
  idx: number,
  gpfn: number,
  logged: number,
): void {
  const out = call.judgement;
  out.begin("H08");
  if (space !== MapSpace.gmfnForeign) return expectPlaced(machine, domain, space, idx, gpfn, out);
  answerForeign(call, machine, domain, call.in.u64(0, FOREIGN), idx, gpfn, out);
  if (Number.isNaN(out.second)) return;
  if (Number.isNaN(logged)) out.value = Number.NaN;
  else if (logged === out.second) out.value = out.second;
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
  if (space !== MapSpace.gmfnForeign) return placeFrame(call, machine, domain, item, space, idx, gpfn);
  const named = call.in.u64(0, FOREIGN);
  const foreign = named === DOMID_SELF ? call.caller : named;
  const mfn = foreignFrame(machine.domains.get(foreign), idx);
  const aux = Number.isNaN(foreign) ? NOT_KNOWN : foreign;
  machine.map(domain, call, item, gpfn, machine.mapping.set(FrameKind.foreign, mfn, aux, false));
}
