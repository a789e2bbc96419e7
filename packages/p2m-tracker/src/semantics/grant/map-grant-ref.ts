import { DOMID_FIRST_RESERVED, Errno, Gntmap, Gntst, gntstName, PAGE_SIZE, since } from "@xgt/hypercall-abi";
import { fieldIndex, Recorded } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import type { ConformanceId, Judgement } from "../../call/judgement.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind, NOT_KNOWN } from "../../state/frame-kind.ts";
import type { Machine } from "../../state/machine.ts";
import { HandleState } from "../../state/maptrack.ts";
import { pinIdentity } from "../shared/identity-entries.ts";
import { reaches } from "../shared/p2m-reach.ts";
import { keepPlacement } from "../shared/placement.ts";
import { type Semantics, shapeNamed } from "../shared/semantics.ts";
import {
  callerOf,
  checkBatchReturn,
  doneOps,
  isFragment,
  loggedStatus,
  OpSeen,
  opSeen,
  refuseBatch,
  settleStatus,
} from "./grant-batch.ts";
import { judgeEntry } from "./grant-entry.ts";
import { GNTMAP_ALLOWED } from "./map-flags.ts";

const shape = shapeNamed("map_grant_ref");
const HOST_ADDR = fieldIndex(shape.in, "host_addr");
const FLAGS = fieldIndex(shape.in, "flags");
const REF = fieldIndex(shape.in, "ref");
const DOM = fieldIndex(shape.in, "dom");
const STATUS = fieldIndex(shape.out, "status");
const HANDLE = fieldIndex(shape.out, "handle");
const BUS = fieldIndex(shape.out, "dev_bus_addr");

/** Xen's ordered checks, as far as the log and the facts decide them. */
function judge(call: Call, machine: Machine, domain: Domain, row: number, gfn: number): void {
  const judgement = call.judgement;
  judgeCaller(call, machine, row);
  if (judgement.early) return;
  const flags = call.in.u64(row, FLAGS);
  const granter = machine.domains.get(call.in.u64(row, DOM));
  const writable = (flags & Gntmap.readonly) === 0;
  if (granter !== undefined && !Number.isNaN(flags))
    judgeEntry(granter, domain, call.in.u64(row, REF), writable, judgement);
  if (judgement.value === Gntst.okay || Number.isNaN(judgement.value))
    judgeHostMapping(domain, flags, gfn, judgement);
}

/** Flags and domain (common/grant_table.c:map_grant_ref@master, up to the maptrack handle). */
function judgeCaller(call: Call, machine: Machine, row: number): void {
  const judgement = call.judgement;
  judgement.begin("H14");
  judgement.early = true;
  const flags = call.in.u64(row, FLAGS);
  const dom = call.in.u64(row, DOM);
  if (!Number.isNaN(flags) && (flags & (Gntmap.deviceMap | Gntmap.hostMap)) === 0) {
    judgement.value = Gntst.badGntref;
    return;
  }
  if ((flags & (Gntmap.deviceMap | Gntmap.applicationMap | Gntmap.containsPte)) !== 0) {
    judgement.value = Gntst.generalError;
    return;
  }
  // The id is looked up as it is: DOMID_SELF and other reserved ids name no domain here.
  judgement.rule = "H15";
  if (dom >= DOMID_FIRST_RESERVED || machine.exists(dom, call.caller) === false) {
    judgement.value = Gntst.badDomain;
    return;
  }
  judgement.rule = null;
  judgement.early = false;
}

/** create_grant_host_mapping: flags that no Arm map may carry, and gfns beyond the p2m. */
function judgeHostMapping(domain: Domain, flags: number, gfn: number, out: Judgement): void {
  const open = Number.isNaN(out.value);
  const reached = reaches(domain, gfn);
  if ((flags & ~GNTMAP_ALLOWED) !== 0) {
    // Earlier steps may refuse it in another way; none lets it pass.
    out.rule = "H14";
    out.value = open ? Number.NaN : Gntst.generalError;
  } else if (reached === false) {
    out.rule = null;
    out.value = open ? Number.NaN : Gntst.generalError;
  } else if (reached === null) out.value = Number.NaN;
}

/** Maps granted frames at guest physical addresses, over whatever the gfns held. */
export const mapGrantRef: Semantics = {
  subOp: "map_grant_ref",
  source: "common/grant_table.c:map_grant_ref@master; arch/arm/mm.c:create_grant_host_mapping@master",
  replay(call, machine) {
    const domain = callerOf(call, machine);
    if (refuseBatch(call, machine)) return;
    checkBatchReturn(call, machine, STATUS);
    if (domain === undefined) return;
    if (call.in.recorded !== Recorded.fields) {
      if (call.ret === 0 || Number.isNaN(call.ret) || call.retEquals(Errno.EFAULT))
        machine.forget(domain, "arguments of map_grant_ref not recorded");
      return;
    }
    call.sizeItems(call.in.rows);
    const done = doneOps(call, STATUS);
    for (let row = 0; row < call.in.rows; row++) replayRow(call, machine, domain, row, done);
    const unseen = call.in.count - call.in.rows;
    if (unseen > 0 && !(call.ret < 0) && !(call.ret > 0 && isFragment(call, STATUS))) domain.missMaps(unseen);
  },
};

function replayRow(call: Call, machine: Machine, domain: Domain, row: number, done: number): void {
  const gfn = Math.floor(call.in.u64(row, HOST_ADDR) / PAGE_SIZE);
  const seen = opSeen(call, row, STATUS, done);
  if (seen === OpSeen.untouched) return;
  judge(call, machine, domain, row, gfn);
  const logged = loggedStatus(call, row, STATUS);
  const predicted = seen === OpSeen.unsure ? unsureStatus(call) : predictedStatus(call, logged);
  checkRefused(call, machine, row, gfn, logged);
  checkExhausted(call, machine, gfn, logged);
  const status = settleStatus(call, machine, row, logged, predicted, ruleOf(call, logged), gfn);
  // Flags that never pass leave the status open, not the outcome.
  if (Number.isNaN(status) && (call.in.u64(row, FLAGS) & ~GNTMAP_ALLOWED) !== 0) return;
  if (Number.isNaN(gfn)) {
    if (!(status < 0)) machine.forget(domain, "arguments of map_grant_ref not recorded");
  } else if (Number.isNaN(status)) {
    loseMap(call, machine, domain, row, gfn);
    if (!(call.ret < 0)) domain.missMaps(1);
  } else if (status === Gntst.okay) applyMap(call, machine, domain, row, gfn);
  else if (status === Gntst.generalError) applyRefused(call, machine, domain, row, gfn);
}

/** An op that may not have been reached changes nothing only if it is refused anyway. */
function unsureStatus(call: Call): number {
  return call.judgement.value === Gntst.okay ? Number.NaN : call.judgement.value;
}

/** Without a maptrack handle nothing later is looked at. */
function predictedStatus(call: Call, logged: number): number {
  return isExhausted(logged) && !call.judgement.early ? Number.NaN : call.judgement.value;
}

function isExhausted(status: number): boolean {
  return status === Gntst.noDeviceSpace || status === Gntst.noSpace;
}

/**
 * The rule that another status breaks. A map that should pass may still fail for want of a page-table page, and
 * silently so.
 */
function ruleOf(call: Call, logged: number): ConformanceId | null {
  const { value, rule } = call.judgement;
  return value === Gntst.okay && logged === Gntst.generalError ? null : rule;
}

/** H14: such flags never pass, whatever else is known of the op. */
function checkRefused(call: Call, machine: Machine, row: number, gfn: number, logged: number): void {
  if (logged !== Gntst.okay || !Number.isNaN(call.judgement.value)) return;
  if ((call.in.u64(row, FLAGS) & ~GNTMAP_ALLOWED) === 0) return;
  const expected = `status ${gntstName(Gntst.generalError)}`;
  machine.contradict("H14", call, gfn, expected, `status ${gntstName(logged)}`);
}

/** H26: what an exhausted maptrack answers changed in 4.16. */
function checkExhausted(call: Call, machine: Machine, gfn: number, logged: number): void {
  const late = since(machine.xen, "4.16");
  if (!isExhausted(logged) || call.judgement.early || late === null) return;
  const right = late ? Gntst.noSpace : Gntst.noDeviceSpace;
  if (logged !== right)
    machine.contradict("H26", call, gfn, `status ${gntstName(right)}`, `status ${gntstName(logged)}`);
}

/** Nothing says whether the op mapped: the gfn and one handle are unknown. */
function loseMap(call: Call, machine: Machine, domain: Domain, row: number, gfn: number): void {
  machine.blur(domain, call, row, gfn);
  domain.maptrack.missHandle();
}

function applyMap(call: Call, machine: Machine, domain: Domain, row: number, gfn: number): void {
  const bus = call.out.u64(row, BUS);
  const mfn = Number.isNaN(bus) ? call.judgement.mfn : Math.floor(bus / PAGE_SIZE);
  const flags = call.in.u64(row, FLAGS);
  const granter = call.in.u64(row, DOM);
  checkBusAddress(call, machine, domain, row, gfn, bus);
  const itself = mapsItself(call, domain, row, gfn, mfn);
  const aux = openHandle(call, machine, domain, row, gfn, mfn);
  const readOnly = (flags & Gntmap.readonly) !== 0;
  const mapping = machine.mapping.set(FrameKind.grant, mfn, aux, readOnly);
  const change = machine.map(domain, call, row, gfn, mapping);
  if (change.oldKind === FrameKind.xen) keepPlacement(machine, change, itself);
  if (domain.directMapped && domain.iommu === true && granter !== domain.domid && mfn !== NOT_KNOWN)
    pinIdentity(call, machine, domain, row, mfn, readOnly);
}

/**
 * Whether a map at `gfn` that holds a Xen page maps that very page: the domain granted itself what is at this gfn, or what
 * is at another one by a grant. null: not known. Asked before the map changes anything.
 */
function mapsItself(call: Call, domain: Domain, row: number, gfn: number, mfn: number): boolean | null {
  const { p2m, xenPages, maptrack } = domain;
  if (!Number.isNaN(call.in.u64(row, DOM)) && call.in.u64(row, DOM) !== domain.domid) return false;
  if (mfn !== NOT_KNOWN && domain.directMapped && domain.inRam(mfn) === true) return false;
  const ref = call.in.u64(row, REF);
  const entry = domain.grants.get(ref);
  const pinned = maptrack.pinned(domain.domid, ref);
  // A pinned entry's frame is that of its first map, whatever its gfn holds now.
  if (entry !== undefined && !pinned && mfn !== NOT_KNOWN && p2m.kindOf(entry.gfn) === FrameKind.xen) {
    const granted = p2m.auxAt(entry.gfn);
    if (granted !== NOT_KNOWN) xenPages.learn(granted, mfn);
  }
  if (p2m.kindOf(gfn) !== FrameKind.xen) return false;
  const page = p2m.auxAt(gfn);
  const known = page === NOT_KNOWN ? NOT_KNOWN : xenPages.mfnOf(page);
  if (known !== NOT_KNOWN && mfn !== NOT_KNOWN) return known === mfn;
  if (entry === undefined || pinned) return null;
  if (entry.gfn === gfn) return true;
  const behind = p2m.kindOf(entry.gfn);
  return behind === FrameKind.grant || behind === FrameKind.unknown ? null : false;
}

/** Takes the handle that Xen gave into use; NOT_KNOWN where it was not recorded. */
function openHandle(
  call: Call,
  machine: Machine,
  domain: Domain,
  row: number,
  gfn: number,
  mfn: number,
): number {
  const track = domain.maptrack;
  const handle = call.out.u64(row, HANDLE);
  const granter = call.in.u64(row, DOM);
  const ref = call.in.u64(row, REF);
  if (Number.isNaN(handle)) {
    track.missHandle();
    return NOT_KNOWN;
  }
  const old = track.find(handle);
  if (old >= 0 && track.state[old] === HandleState.live) {
    // An unmap that the log only counts may have ended it.
    if (domain.unseenUnmaps === 0)
      machine.contradict("H16", call, gfn, "a handle that is not live", `handle ${handle}`);
    if (track.mapped[old] === 1) domain.p2m.orphanGrant(track.gfn.get(old));
  }
  const slot = track.open(handle, granter, ref, call.in.u64(row, FLAGS), gfn, mfn, machine.event);
  return slot < 0 ? NOT_KNOWN : handle;
}

/** Without an IOMMU a refused map leaves the p2m alone; with one, the host mapping may have been made and removed. */
function applyRefused(call: Call, machine: Machine, domain: Domain, row: number, gfn: number): void {
  const late = domain.iommu === true && call.judgement.value !== Gntst.generalError;
  if (late && domain.p2m.kindOf(gfn) !== FrameKind.hole) machine.blur(domain, call, row, gfn);
}

/** H12 and H13: the address is a page's, the same for all live maps of a ref, and not of the domain's own RAM. */
function checkBusAddress(
  call: Call,
  machine: Machine,
  domain: Domain,
  row: number,
  gfn: number,
  bus: number,
): void {
  if (Number.isNaN(bus)) return;
  const granter = call.in.u64(row, DOM);
  const mfn = Math.floor(bus / PAGE_SIZE);
  if (bus % PAGE_SIZE !== 0)
    machine.contradict("H12", call, gfn, "a page-aligned dev_bus_addr", `0x${bus.toString(16)}`);
  const pinned = domain.maptrack.pinnedMfn(granter, call.in.u64(row, REF));
  const frame = pinned === NOT_KNOWN && call.judgement.rule === "H11" ? call.judgement.mfn : pinned;
  if (frame !== NOT_KNOWN && frame !== mfn && domain.unseenUnmaps === 0) {
    const expected = `dev_bus_addr of frame 0x${frame.toString(16)}`;
    machine.contradict("H12", call, gfn, expected, `0x${mfn.toString(16)}`);
  }
  if (granter !== domain.domid && domain.owns(mfn) === true) {
    const logged = `own frame 0x${mfn.toString(16)}`;
    machine.contradict("H13", call, gfn, "a frame that the domain does not own", logged);
  }
}
