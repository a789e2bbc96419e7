import { fieldIndex, Recorded } from "@xgt/hypercall-log";
import type { Call } from "../call.ts";
import { Errno } from "../call.ts";
import type { Domain } from "../domain.ts";
import { FrameKind, NOT_KNOWN } from "../frame-kind.ts";
import { GNTMAP_ALLOWED, Gntmap, Gntst } from "../grant-status.ts";
import { type ConformanceId, DOMID_FIRST_RESERVED, DOMID_SELF, type Machine } from "../machine.ts";
import { HandleState } from "../maptrack.ts";
import { callerOf, checkBatchReturn, refuseBatch, settleStatus } from "./grant-batch.ts";
import { pinIdentity } from "./identity-entries.ts";
import { type Semantics, shapeNamed } from "./semantics.ts";

const shape = shapeNamed("map_grant_ref");
const HOST_ADDR = fieldIndex(shape.in, "host_addr");
const FLAGS = fieldIndex(shape.in, "flags");
const REF = fieldIndex(shape.in, "ref");
const DOM = fieldIndex(shape.in, "dom");
const STATUS = fieldIndex(shape.out, "status");
const HANDLE = fieldIndex(shape.out, "handle");
const BUS = fieldIndex(shape.out, "dev_bus_addr");
const PAGE = 4096;
/** Version 1 entries of one grant-table frame. */
const ENTRIES_PER_FRAME = 512;

interface Prediction {
  status: number;
  rule: ConformanceId;
  mfn: number;
}
const predicted: Prediction = { status: Number.NaN, rule: "H11", mfn: NOT_KNOWN };

/** Xen's ordered checks, as far as the log and the facts decide them. */
function predict(call: Call, machine: Machine, domain: Domain, row: number): void {
  predicted.status = Number.NaN;
  predicted.mfn = NOT_KNOWN;
  predicted.rule = "H14";
  const flags = call.in.u64(row, FLAGS);
  const dom = call.in.u64(row, DOM);
  if ((flags & (Gntmap.deviceMap | Gntmap.hostMap)) === 0) {
    predicted.status = Gntst.badGntref;
    return;
  }
  if ((flags & (Gntmap.deviceMap | Gntmap.applicationMap | Gntmap.containsPte)) !== 0) {
    predicted.status = Gntst.generalError;
    return;
  }
  if (dom === DOMID_SELF || dom >= DOMID_FIRST_RESERVED) {
    predicted.status = Gntst.badDomain;
    predicted.rule = "H15";
    return;
  }
  const exists = machine.exists(dom, call.caller);
  if (exists !== true) {
    if (exists === false) {
      predicted.status = Gntst.badDomain;
      predicted.rule = "H11";
    }
    return;
  }
  const granter = machine.domains.get(dom);
  if (granter !== undefined) predictEntry(call, domain, granter, row, flags);
  if (Number.isNaN(predicted.status) && (flags & ~GNTMAP_ALLOWED) !== 0) predicted.rule = "H14";
}

/** The granter's entry and the frame behind it. */
function predictEntry(call: Call, domain: Domain, granter: Domain, row: number, flags: number): void {
  const ref = call.in.u64(row, REF);
  const entry = granter.granted.get(ref);
  predicted.rule = "H18";
  if (entry === undefined) {
    if (!granter.grantsComplete || Number.isNaN(ref)) return;
    const inTable = ref < granter.grantTableFrames * ENTRIES_PER_FRAME;
    if (inTable) predicted.status = Gntst.generalError;
    else if (ref >= granter.maxGrantFrames * ENTRIES_PER_FRAME) predicted.status = Gntst.badGntref;
    return;
  }
  if (entry.dom !== domain.domid || (entry.ro && (flags & Gntmap.readonly) === 0)) {
    predicted.status = Gntst.generalError;
    return;
  }
  predicted.rule = "H11";
  // While any map of the ref is live, the pinned frame is used and the granter's gfn is not looked at.
  const pinned = domain.pinnedMfn(granter.domid, ref);
  const mfn = pinned === NOT_KNOWN ? frameBehind(granter, entry.gfn) : pinned;
  if (mfn === undefined) predicted.status = Gntst.badPage;
  else if (mfn !== null) {
    predicted.status = (flags & ~GNTMAP_ALLOWED) === 0 ? Gntst.okay : Gntst.generalError;
    predicted.mfn = mfn;
  }
}

/** Frame that a map of the granter's gfn gets: undefined where Xen refuses it (bad_page), null where not known. */
function frameBehind(granter: Domain, gfn: number): number | undefined | null {
  const entry = granter.p2m.find(gfn);
  switch (granter.p2m.kindOf(gfn)) {
    case FrameKind.own:
      return granter.directMapped ? gfn : granter.mode === "unknown" ? null : UNKNOWN_FRAME;
    case FrameKind.grant: {
      const mfn = granter.p2m.mfns[entry];
      if (mfn === NOT_KNOWN) return null;
      const owned = granter.owns(mfn);
      return owned === null ? null : owned ? mfn : undefined;
    }
    case FrameKind.hole:
    case FrameKind.foreign:
    case FrameKind.mmio:
    case FrameKind.identity:
      return undefined;
    default:
      return null;
  }
}

/** A translated domain's own frame: there is one, which is not known. */
const UNKNOWN_FRAME = NOT_KNOWN;

/** Maps granted frames at guest physical addresses, over whatever the gfns held. */
export const mapGrantRef: Semantics = {
  nr: 20,
  cmd: 0,
  source: "common/grant_table.c:map_grant_ref@master; arch/arm/mm.c:create_grant_host_mapping@master",
  replay(call, machine) {
    const domain = callerOf(call, machine);
    if (refuseBatch(call, machine)) return;
    checkBatchReturn(call, machine);
    if (domain === undefined) return;
    if (call.in.recorded !== Recorded.fields) {
      if (call.ret === 0 || Number.isNaN(call.ret) || call.ret === Errno.EFAULT)
        machine.forget(domain, "arguments of map_grant_ref not recorded");
      return;
    }
    call.sizeItems(call.in.rows);
    for (let row = 0; row < call.in.rows; row++) replayRow(call, machine, domain, row);
    if (call.in.count > call.in.rows && !(call.ret < 0)) domain.unseenMaps += call.in.count - call.in.rows;
  },
};

function replayRow(call: Call, machine: Machine, domain: Domain, row: number): void {
  predict(call, machine, domain, row);
  const logged = call.out.s64(row, STATUS);
  const gfn = Math.floor(call.in.u64(row, HOST_ADDR) / PAGE);
  if (logged === Gntst.okay && call.in.u64(row, DOM) === call.caller) checkReadOnly(call, machine, row, gfn);
  const failed = call.ret < 0 && Number.isNaN(logged);
  const expected = failed ? Number.NaN : predictedStatus(call, logged);
  const status = settleStatus(call, machine, row, logged, expected, predicted.rule, gfn);
  if (failed || Number.isNaN(gfn)) return;
  if (Number.isNaN(status)) machine.blur(domain, call, row, gfn);
  else if (status === Gntst.okay) applyMap(call, machine, domain, row, gfn);
  else if (status === Gntst.generalError) applyRefused(call, machine, domain, row, gfn);
}

/**
 * What may fail although the entry is right (maptrack, p2m pool) leaves okay open against those answers; a refusal
 * that the model is sure of stands.
 */
function predictedStatus(call: Call, logged: number): number {
  const exhausted = logged === Gntst.noDeviceSpace || logged === Gntst.noSpace;
  if (predicted.status === Gntst.okay && exhausted) return Number.NaN;
  return Number.isNaN(call.in.count) ? Number.NaN : predicted.status;
}

/** H18 also where only the log's own grants tell it. */
function checkReadOnly(call: Call, machine: Machine, row: number, gfn: number): void {
  if (!Number.isNaN(predicted.status)) return;
  const entry = machine.domains.get(call.caller)?.granted.get(call.in.u64(row, REF));
  if (entry?.ro && (call.in.u64(row, FLAGS) & Gntmap.readonly) === 0)
    machine.contradict("H18", call, gfn, "status general_error (-1)", "status okay (0)");
}

function applyMap(call: Call, machine: Machine, domain: Domain, row: number, gfn: number): void {
  const bus = call.out.u64(row, BUS);
  const mfn = Number.isNaN(bus) ? predicted.mfn : Math.floor(bus / PAGE);
  const flags = call.in.u64(row, FLAGS);
  const granter = call.in.u64(row, DOM);
  const ref = call.in.u64(row, REF);
  const handle = call.out.u64(row, HANDLE);
  checkBusAddress(call, machine, domain, gfn, bus, granter, ref);
  let aux: number = NOT_KNOWN;
  if (!Number.isNaN(handle)) {
    if (domain.maptrack.stateOf(handle) === HandleState.live)
      machine.contradict("H16", call, gfn, "a handle that is not live", `handle ${handle}`);
    const slot = domain.maptrack.open(handle, granter, ref, flags, gfn, mfn, machine.event);
    if (slot >= 0) {
      aux = handle;
      domain.pin(granter, ref, slot);
    }
  }
  const readOnly = (flags & Gntmap.readonly) !== 0;
  const lineage = machine.coverLineage(domain, gfn);
  machine.change(domain, call, row, gfn, FrameKind.grant, mfn, aux, readOnly, lineage);
  if (domain.directMapped && domain.iommu === true && granter !== domain.domid && mfn !== NOT_KNOWN)
    pinIdentity(call, machine, domain, row, mfn, readOnly);
}

/** Without an IOMMU a refused map leaves the p2m alone; with one, the host mapping may have been made and removed. */
function applyRefused(call: Call, machine: Machine, domain: Domain, row: number, gfn: number): void {
  const late = domain.iommu === true && Number.isNaN(predicted.status);
  if (late && domain.p2m.kindOf(gfn) !== FrameKind.hole) machine.blur(domain, call, row, gfn);
}

function checkBusAddress(
  call: Call,
  machine: Machine,
  domain: Domain,
  gfn: number,
  bus: number,
  granter: number,
  ref: number,
): void {
  if (Number.isNaN(bus)) return;
  const mfn = Math.floor(bus / PAGE);
  if (bus % PAGE !== 0)
    machine.contradict("H12", call, gfn, "a page-aligned dev_bus_addr", `0x${bus.toString(16)}`);
  const pinned = domain.pinnedMfn(granter, ref);
  const frame = pinned === NOT_KNOWN ? predicted.mfn : pinned;
  if (frame !== NOT_KNOWN && frame !== mfn) {
    machine.contradict(
      "H12",
      call,
      gfn,
      `dev_bus_addr of frame 0x${frame.toString(16)}`,
      `0x${mfn.toString(16)}`,
    );
  }
  if (granter !== domain.domid && domain.owns(mfn) === true)
    machine.contradict(
      "H13",
      call,
      gfn,
      "a frame that the domain does not own",
      `own frame 0x${mfn.toString(16)}`,
    );
}
