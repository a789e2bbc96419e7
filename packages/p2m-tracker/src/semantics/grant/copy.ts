import { DOMID_SELF, Gntcopy, Gntst, PAGE_SIZE, since } from "@xgt/hypercall-abi";
import { fieldIndex, Recorded } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind } from "../../state/frame-kind.ts";
import type { Machine } from "../../state/machine.ts";
import { isInvalidGfn } from "../shared/reservation-fields.ts";
import { type Semantics, shapeNamed } from "../shared/semantics.ts";
import {
  callerOf,
  checkBatchReturn,
  doneOps,
  loggedStatus,
  OpSeen,
  opSeen,
  refuseBatch,
  settleStatus,
} from "./grant-batch.ts";
import { hasFrame, judgeEntry } from "./grant-entry.ts";

const shape = shapeNamed("copy");
const STATUS = fieldIndex(shape.out, "status");
const LEN = fieldIndex(shape.in, "len");
const FLAGS = fieldIndex(shape.in, "flags");

interface Side {
  readonly ref: number;
  readonly gmfn: number;
  readonly domid: number;
  readonly offset: number;
  /** GNTCOPY_source_gref, GNTCOPY_dest_gref. */
  readonly refFlag: number;
}

function sideOf(name: "source" | "dest", refFlag: number): Side {
  return {
    ref: fieldIndex(shape.in, `${name}.ref`),
    gmfn: fieldIndex(shape.in, `${name}.gmfn`),
    domid: fieldIndex(shape.in, `${name}.domid`),
    offset: fieldIndex(shape.in, `${name}.offset`),
    refFlag,
  };
}

const source = sideOf("source", Gntcopy.sourceGref);
const dest = sideOf("dest", Gntcopy.destGref);
const sides: readonly Side[] = [source, dest];

/** Fields of one side that rules look at. */
export const copySides = { source, dest, flags: FLAGS };

/**
 * Both sides' domains and frames, then offsets and length (gnttab_copy_one, gnttab_copy_lock_domains, gnttab_copy_claim_buf,
 * gnttab_copy_buf@master). NaN: not decidable.
 */
function predict(call: Call, machine: Machine, domain: Domain, row: number): number {
  call.judgement.begin("H21");
  const len = call.in.u64(row, LEN);
  const checked = len === 0 ? since(machine.xen, "4.19") : false;
  // a4a790f432 in 4.19: nothing to copy is okay unseen. Before, the checks come all the same.
  if (checked === true) return Gntst.okay;
  const status = predictChecked(call, machine, domain, row, len);
  return checked === false || status === Gntst.okay ? status : Number.NaN;
}

/** An op that is looked at: the order of the looks decides which of two faults is answered. */
function predictChecked(call: Call, machine: Machine, domain: Domain, row: number, len: number): number {
  const first = domainsThenFrames(call, machine, domain, row);
  if (first !== Gntst.okay) {
    const firstRule = call.judgement.rule;
    const same = since(machine.xen, "4.17") === false || sideBySide(call, machine, domain, row) === first;
    call.judgement.rule = firstRule;
    return same ? first : Number.NaN;
  }
  const end = Math.max(call.in.u64(row, source.offset), call.in.u64(row, dest.offset)) + len;
  if (Number.isNaN(end)) return Number.NaN;
  return end > PAGE_SIZE ? Gntst.badCopyArg : Gntst.okay;
}

/** Both domains, each with the right to name a frame there, then both frames: gnttab_copy_one@4.17.7 and all before it. */
function domainsThenFrames(call: Call, machine: Machine, domain: Domain, row: number): number {
  for (const side of sides) {
    const right = sideRight(call, row, side);
    const status = right === Gntst.okay ? sideDomain(call, machine, row, side) : right;
    if (status !== Gntst.okay) return status;
  }
  return sideFrames(call, machine, domain, row, false);
}

/**
 * Both domains, then right and frame of one side after the other: what Debian's 4.17.7+13 and 4.20.4+63 answer, where its
 * 4.17.5+72 answers in the order above. The change came into the stable branches after their last releases.
 */
function sideBySide(call: Call, machine: Machine, domain: Domain, row: number): number {
  for (const side of sides) {
    const status = sideDomain(call, machine, row, side);
    if (status !== Gntst.okay) return status;
  }
  return sideFrames(call, machine, domain, row, true);
}

function sideFrames(call: Call, machine: Machine, domain: Domain, row: number, rights: boolean): number {
  for (const side of sides) {
    const right = rights ? sideRight(call, row, side) : Gntst.okay;
    const status = right === Gntst.okay ? sideFrame(call, machine, domain, row, side) : right;
    if (status !== Gntst.okay) return status;
  }
  return Gntst.okay;
}

function byRef(call: Call, row: number, side: Side): boolean {
  return (call.in.u64(row, FLAGS) & side.refFlag) !== 0;
}

/** A frame is named with DOMID_SELF only; the domains of the op before are kept, and not looked at again. */
function sideRight(call: Call, row: number, side: Side): number {
  const domid = call.in.u64(row, side.domid);
  if (Number.isNaN(domid) || Number.isNaN(call.in.u64(row, FLAGS))) return Number.NaN;
  if (byRef(call, row, side) || domid === DOMID_SELF) return Gntst.okay;
  return row > 0 && sameDomains(call, row) ? Number.NaN : Gntst.permissionDenied;
}

function sideDomain(call: Call, machine: Machine, row: number, side: Side): number {
  const domid = call.in.u64(row, side.domid);
  if (Number.isNaN(domid)) return Number.NaN;
  const exists = machine.exists(domid, call.caller);
  if (exists === null) return Number.NaN;
  return exists ? Gntst.okay : Gntst.badDomain;
}

function sameDomains(call: Call, row: number): boolean {
  return sides.every((side) => call.in.u64(row, side.domid) === call.in.u64(row - 1, side.domid));
}

function sideFrame(call: Call, machine: Machine, domain: Domain, row: number, side: Side): number {
  if (byRef(call, row, side)) return refStatus(call, machine, domain, row, side);
  const gfn = call.in.u64(row, side.gmfn);
  return Number.isNaN(gfn) ? Number.NaN : frameStatus(domain, gfn);
}

/** A frame side must be RAM of the caller; grants of others and foreign frames are not (get_paged_frame). */
function frameStatus(domain: Domain, gfn: number): number {
  if (isInvalidGfn(gfn)) return Gntst.badPage;
  const found = hasFrame(domain, gfn);
  return found === null ? Number.NaN : found ? Gntst.okay : Gntst.badPage;
}

/** acquire_grant_for_copy: as a map, but a read-only pin does not stand for a write. */
function refStatus(call: Call, machine: Machine, domain: Domain, row: number, side: Side): number {
  const granter = machine.resolve(call.in.u64(row, side.domid), call.caller);
  if (granter === undefined) return Number.NaN;
  const ref = call.in.u64(row, side.ref);
  const writes = side === dest;
  const judgement = call.judgement;
  const open = judgement.rule === null;
  judgeEntry(granter, domain, ref, writes, judgement);
  // Another status breaks H21, unless one of the two entries may have been rewritten.
  judgement.rule = open || judgement.rule === null ? null : "H21";
  if (judgement.value !== Gntst.okay) return judgement.value;
  const looks =
    writes &&
    domain.maptrack.pinned(granter.domid, ref) &&
    domain.maptrack.pinCount(granter.domid, ref, false) === 0;
  if (!looks) return Gntst.okay;
  // The entry's gfn is looked up again, and from 4.17 on compared with the frame that is pinned.
  const entry = granter.grants.get(ref);
  const kept = entry !== undefined && granter.p2m.kindOf(entry.gfn) === FrameKind.own && granter.directMapped;
  return kept && entry.gfn === judgement.mfn ? Gntst.okay : Number.NaN;
}

/** Copies between frames; no effect on any p2m, no handle. */
export const copy: Semantics = {
  subOp: "copy",
  source: "common/grant_table.c:gnttab_copy_one,gnttab_copy_claim_buf,gnttab_copy_buf@master",
  replay(call, machine) {
    const domain = callerOf(call, machine);
    if (refuseBatch(call, machine)) return;
    checkBatchReturn(call, machine, STATUS);
    if (domain === undefined || call.in.recorded !== Recorded.fields) return;
    call.sizeItems(call.in.rows);
    const done = doneOps(call, STATUS);
    for (let row = 0; row < call.in.rows; row++) {
      if (opSeen(call, row, STATUS, done) !== OpSeen.judged) continue;
      const predicted = predict(call, machine, domain, row);
      settleStatus(
        call,
        machine,
        row,
        loggedStatus(call, row, STATUS),
        predicted,
        call.judgement.rule,
        Number.NaN,
      );
    }
  },
};
