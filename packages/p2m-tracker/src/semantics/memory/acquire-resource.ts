import { DOMID_SELF, Errno, MemoryResource, since } from "@xgt/hypercall-abi";
import { fieldIndex, ListState, Recorded } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind, NOT_KNOWN } from "../../state/frame-kind.ts";
import type { Machine } from "../../state/machine.ts";
import { hasRole, mayTarget } from "../shared/caller-rights.ts";
import { reaches } from "../shared/p2m-reach.ts";
import { continuedAt, isInvalidGfn } from "../shared/reservation-fields.ts";
import { type Semantics, shapeNamed } from "../shared/semantics.ts";
import { isTableFailure, type Refusal } from "../shared/simple-return.ts";
import { NR_EXTENTS_MAX } from "./reservation.ts";

const shape = shapeNamed("acquire_resource").in;
const DOMID = fieldIndex(shape, "domid");
const TYPE = fieldIndex(shape, "type");
const ID = fieldIndex(shape, "id");
const NR_FRAMES = fieldIndex(shape, "nr_frames");
const PAD = fieldIndex(shape, "pad");
const FRAME = fieldIndex(shape, "frame");
const FRAME_LIST = 0;

/** Frames that Xen maps between two looks at its continuation; up to 4.14 a call could name no more than these. */
const CHUNK = 32;
/** Errors that are found before any frame is mapped. */
const EARLY: readonly number[] = [Errno.EPERM, Errno.ESRCH, Errno.EACCES, Errno.E2BIG, Errno.EOPNOTSUPP];

/** What is decided before any frame is mapped, in Xen's order; undefined: the frames decide. */
function refusal(call: Call, machine: Machine): Refusal {
  const modern = since(machine.xen, "4.15");
  // Foreign pages in the p2m were not yet counted: only the hardware domain may (common/memory.c:acquire_resource@4.14).
  if (modern !== true) {
    const hardware = hasRole(machine, call.caller, "hardware");
    if (modern === false && hardware === false) return Errno.EACCES;
    if (hardware !== true) return null;
  }
  if (call.in.recorded === Recorded.fault) return Errno.EFAULT;
  if (call.in.u64(0, PAD) > 0) return Errno.EINVAL;
  if (modern !== true) return modern === null ? null : refuseOld(call, machine);
  if (call.in.u64(0, FRAME) + call.in.u64(0, NR_FRAMES) >= 2 ** 32) return Errno.EINVAL;
  const refused = refuseDomain(call, machine);
  return refused === undefined ? refuseResource(call, machine) : refused;
}

function hasNoList(call: Call): boolean {
  return call.in.listState(FRAME_LIST) === ListState.absent;
}

/** 4.14: a bound on the count, and a question for the size that names no domain. */
function refuseOld(call: Call, machine: Machine): Refusal {
  const nr = call.in.u64(0, NR_FRAMES);
  if (Number.isNaN(nr)) return null;
  if (hasNoList(call)) return nr > 0 ? Errno.EINVAL : 0;
  return nr > CHUNK ? Errno.E2BIG : (refuseDomain(call, machine) ?? null);
}

/** rcu_lock_remote_domain_by_id and XSM_DM_PRIV. */
function refuseDomain(call: Call, machine: Machine): Refusal {
  const domid = call.in.u64(0, DOMID);
  if (Number.isNaN(domid)) return null;
  if (domid === call.caller) return Errno.EPERM;
  const exists = domid === DOMID_SELF ? false : machine.exists(domid, call.caller);
  if (exists !== true) return exists === false ? Errno.ESRCH : null;
  const allowed = mayTarget(machine, call.caller, domid);
  return allowed === true ? undefined : allowed === false ? Errno.EPERM : null;
}

/** Resources that Arm has none of (common/memory.c:resource_max_frames@master). */
function refuseResource(call: Call, machine: Machine): Refusal {
  const type = call.in.u64(0, TYPE);
  const id = call.in.u64(0, ID);
  const nr = call.in.u64(0, NR_FRAMES);
  if (Number.isNaN(type) || Number.isNaN(nr)) return null;
  const unknown = type > MemoryResource.vmtraceBuf;
  const sized = since(machine.xen, "4.18");
  if (unknown && sized !== false) return sized === null ? null : Errno.EINVAL;
  if (type === MemoryResource.vmtraceBuf || (type === MemoryResource.grantTable && id > 0))
    return Errno.EINVAL;
  if (!unknown && (type !== MemoryResource.grantTable || Number.isNaN(id))) return null;
  if (hasNoList(call)) return nr > 0 || call.start > 0 ? Errno.EINVAL : 0;
  if (call.start >= nr || nr > NR_EXTENTS_MAX) return Errno.EINVAL;
  // Up to 4.17 an unknown type's errno was taken for a size, and refused last (common/memory.c:resource_max_frames@4.17).
  if (unknown) return Errno.EOPNOTSUPP;
  const max = machine.domains.get(call.in.u64(0, DOMID))?.xenPages.maxFrames ?? Number.NaN;
  const end = call.in.u64(0, FRAME) + nr;
  // The table grows no further (common/grant_table.c:gnttab_get_shared_frame_mfn@4.17): the first chunk is refused.
  if (end > max && nr - call.start <= CHUNK) return Errno.EINVAL;
  return end <= max ? undefined : null;
}

/** Maps frames of another domain's resource at the caller's gfns, over whatever they held. */
export const acquireResource: Semantics = {
  subOp: "acquire_resource",
  source: "common/memory.c:acquire_resource@master; arch/arm/p2m.c:set_foreign_p2m_entry@master",
  replay(call, machine) {
    call.target = call.caller;
    const domain = machine.domains.get(call.caller);
    const refused = refusal(call, machine);
    if (typeof refused === "number") machine.expectRet(call, "H08", refused);
    else if (refused === undefined && domain !== undefined) {
      const value = answerAt(call, firstRefused(call, domain));
      if (!Number.isNaN(value)) machine.expectRet(call, "H08", value);
    }
    if (domain === undefined || call.result === refused) return;
    growTable(call, machine);
    mapFrames(call, machine, domain);
  },
};

/** The first item whose gfn the p2m cannot hold; `nr_frames`: none, NaN: not known. */
function firstRefused(call: Call, domain: Domain): number {
  const nr = call.in.u64(0, NR_FRAMES);
  const recorded = Math.min(nr, call.in.listLength(FRAME_LIST));
  for (let item = call.start; item < recorded; item++) {
    const reached = reaches(domain, call.in.listAt(FRAME_LIST, item));
    if (reached !== true) return reached === null ? Number.NaN : item;
  }
  return recorded < nr ? Number.NaN : nr;
}

/** What a call that gets to this item answers; NaN: not known. */
function answerAt(call: Call, item: number): number {
  // A page-table page may be wanting, and a fragment's exit holds the next command word.
  if (Number.isNaN(item) || isTableFailure(call.ret) || call.ret > 0) return Number.NaN;
  if (item >= call.in.u64(0, NR_FRAMES)) return call.ret === Errno.EIO ? Number.NaN : 0;
  return (item - call.start) % CHUNK === 0 ? Errno.EINVAL : Errno.EIO;
}

/** The resource's table grows to what is mapped of it (common/grant_table.c:gnttab_acquire_resource@master). */
function growTable(call: Call, machine: Machine): void {
  const owner = machine.domains.get(call.in.u64(0, DOMID));
  const grantTable = call.in.u64(0, TYPE) === MemoryResource.grantTable && call.in.u64(0, ID) === 0;
  if (owner === undefined || !grantTable || hasNoList(call)) return;
  const frames = call.in.u64(0, FRAME) + call.in.u64(0, NR_FRAMES);
  if (call.result === 0 && !Number.isNaN(frames)) owner.xenPages.grow(frames);
  else owner.xenPages.loseSize();
}

/** Items that may have been mapped, and whether all of them were. */
function reach(call: Call, domain: Domain, nr: number): { end: number; all: boolean } {
  const result = call.result;
  if (EARLY.includes(result)) return { end: 0, all: false };
  if (result === 0) return { end: nr, all: true };
  // Where a recorder sits at the HVC, the exit of a fragment holds the next command word.
  const continued = continuedAt(call, 0);
  if (!Number.isNaN(continued)) return { end: Math.min(continued, nr), all: true };
  if (Number.isNaN(result)) return { end: nr, all: false };
  const refused = firstRefused(call, domain);
  if (refused < nr && answerAt(call, refused) === result) return { end: refused, all: true };
  if (result === Errno.EIO) return { end: nr - 1, all: false };
  // The errno of a chunk's first frame: the chunks before it are mapped, and nothing says how many there were.
  return { end: call.start + Math.floor((nr - 1 - call.start) / CHUNK) * CHUNK, all: false };
}

function mapFrames(call: Call, machine: Machine, domain: Domain): void {
  const nr = call.in.u64(0, NR_FRAMES);
  if (call.in.recorded !== Recorded.fields || Number.isNaN(nr)) {
    const some = call.result === 0 || Number.isNaN(call.result) || call.result === Errno.EIO;
    if (some) machine.forget(domain, "arguments of acquire_resource not recorded");
    return;
  }
  if (hasNoList(call)) return; // A question for the size.
  const { end, all } = reach(call, domain, Math.min(nr, NR_EXTENTS_MAX));
  const recorded = Math.min(end, call.in.listLength(FRAME_LIST));
  const foreign = call.in.u64(0, DOMID);
  for (let item = call.start; item < recorded; item++) {
    const gfn = call.in.listAt(FRAME_LIST, item);
    if (isInvalidGfn(gfn)) continue;
    // -EIO is given behind the first item of a chunk only, so that the call's first one is mapped.
    const mapped = all || (item === call.start && call.result === Errno.EIO);
    if (!mapped) machine.blur(domain, call, item, gfn);
    else {
      const mapping = machine.mapping.set(FrameKind.foreign, NOT_KNOWN, foreign, false);
      machine.map(domain, call, item, gfn, mapping);
    }
  }
  if (recorded < end && call.in.listState(FRAME_LIST) === ListState.present)
    machine.forget(domain, "frame list of acquire_resource was cut");
}
