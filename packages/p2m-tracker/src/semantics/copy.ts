import { fieldIndex, Recorded } from "@xgt/hypercall-log";
import type { Call } from "../call.ts";
import type { Domain } from "../domain.ts";
import { FrameKind } from "../frame-kind.ts";
import { Gntst } from "../grant-status.ts";
import { DOMID_SELF, type Machine } from "../machine.ts";
import { isSelfGrant } from "./decrease-reservation.ts";
import { callerOf, checkBatchReturn, refuseBatch, settleStatus } from "./grant-batch.ts";
import { isInvalidGfn } from "./reservation.ts";
import { type Semantics, shapeNamed } from "./semantics.ts";

const shape = shapeNamed("copy");
const STATUS = fieldIndex(shape.out, "status");
const LEN = fieldIndex(shape.in, "len");
const FLAGS = fieldIndex(shape.in, "flags");
const PAGE = 4096;

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

const source = sideOf("source", 1);
const dest = sideOf("dest", 2);

/** Fields of one side that rules look at. */
export const copySides = { source, dest, flags: FLAGS };

/** The order of Xen's checks: both sides' domains, then each buffer (gnttab_copy_one, gnttab_copy_claim_buf). */
function predict(call: Call, machine: Machine, domain: Domain, row: number): number {
  const len = call.in.u64(row, LEN);
  if (len === 0) return Gntst.okay;
  const sides = [source, dest];
  for (const side of sides) {
    const status = sideDomain(call, machine, row, side);
    if (status !== Gntst.okay) return status;
  }
  for (const side of sides) {
    const status = sideFrame(call, domain, row, side);
    if (status !== Gntst.okay) return status;
    if (call.in.u64(row, side.offset) + len > PAGE) return Gntst.badCopyArg;
  }
  return Gntst.okay;
}

function byRef(call: Call, row: number, side: Side): boolean {
  return (call.in.u64(row, FLAGS) & side.refFlag) !== 0;
}

function sideDomain(call: Call, machine: Machine, row: number, side: Side): number {
  const domid = call.in.u64(row, side.domid);
  if (Number.isNaN(domid) || Number.isNaN(call.in.u64(row, FLAGS))) return Number.NaN;
  if (!byRef(call, row, side)) return domid === DOMID_SELF ? Gntst.okay : Gntst.permissionDenied;
  const exists = machine.exists(domid, call.caller);
  if (exists === null) return Number.NaN;
  return exists ? Gntst.okay : Gntst.badDomain;
}

function sideFrame(call: Call, domain: Domain, row: number, side: Side): number {
  if (byRef(call, row, side)) return refStatus(call, domain, row, side);
  const gfn = call.in.u64(row, side.gmfn);
  if (Number.isNaN(gfn)) return Number.NaN;
  return frameStatus(domain, gfn);
}

/** A frame side must be RAM of the caller; grants of others and foreign frames are not (B.0 of Xen's look-up). */
function frameStatus(domain: Domain, gfn: number): number {
  switch (domain.p2m.kindOf(gfn)) {
    case FrameKind.own:
    case FrameKind.xen:
      return Gntst.okay;
    case FrameKind.grant: {
      const self = isSelfGrant(domain, gfn);
      return self === null ? Number.NaN : self ? Gntst.okay : Gntst.badPage;
    }
    case FrameKind.unknown:
      return isInvalidGfn(gfn) ? Gntst.badPage : Number.NaN;
    default:
      return Gntst.badPage;
  }
}

/** Only the caller's own entries are known well enough to judge a ref side. */
function refStatus(call: Call, domain: Domain, row: number, side: Side): number {
  const domid = call.in.u64(row, side.domid);
  if (domid !== domain.domid && domid !== DOMID_SELF) return Number.NaN;
  const entry = domain.granted.get(call.in.u64(row, side.ref));
  if (entry === undefined || entry.dom !== domain.domid) return Number.NaN;
  if (side === dest && entry.ro) return Gntst.generalError;
  if (domain.pinned(domain.domid, entry.ref)) return Gntst.okay;
  return frameStatus(domain, entry.gfn);
}

/** Copies between frames; no effect on any p2m, no handle. */
export const copy: Semantics = {
  nr: 20,
  cmd: 5,
  source: "common/grant_table.c:gnttab_copy_one,gnttab_copy_claim_buf,gnttab_copy_buf@master",
  replay(call, machine) {
    const domain = callerOf(call, machine);
    if (refuseBatch(call, machine)) return;
    checkBatchReturn(call, machine);
    if (domain === undefined || call.in.recorded !== Recorded.fields) return;
    call.sizeItems(call.in.rows);
    for (let row = 0; row < call.in.rows; row++) {
      const logged = call.out.s64(row, STATUS);
      const predicted = call.ret < 0 ? Number.NaN : predict(call, machine, domain, row);
      settleStatus(call, machine, row, logged, predicted, "H21", Number.NaN);
    }
  },
};
