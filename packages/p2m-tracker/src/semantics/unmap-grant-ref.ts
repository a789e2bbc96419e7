import { fieldIndex, Recorded } from "@xgt/hypercall-log";
import { type Call, Errno } from "../call.ts";
import type { Domain } from "../domain.ts";
import { FrameKind, NOT_KNOWN } from "../frame-kind.ts";
import { Gntmap, Gntst } from "../grant-status.ts";
import type { ConformanceId, Machine } from "../machine.ts";
import { HandleState } from "../maptrack.ts";
import { since } from "../xen-version.ts";
import { callerOf, checkBatchReturn, refuseBatch, settleStatus } from "./grant-batch.ts";
import { unpinIdentity } from "./identity-entries.ts";
import { type Semantics, shapeNamed } from "./semantics.ts";

const PAGE = 4096;

/** Where one unmap op's members stand: the same for unmap_grant_ref and unmap_and_replace. */
interface Columns {
  readonly hostAddr: number;
  readonly handle: number;
  readonly status: number;
  /** Index of new_addr; -1: the op has none. */
  readonly newAddr: number;
  readonly rule: ConformanceId;
}

function columnsOf(name: string, rule: ConformanceId): Columns {
  const shape = shapeNamed(name);
  return {
    hostAddr: fieldIndex(shape.in, "host_addr"),
    handle: fieldIndex(shape.in, "handle"),
    status: fieldIndex(shape.out, "status"),
    newAddr: name === "unmap_and_replace" ? fieldIndex(shape.in, "new_addr") : -1,
    rule,
  };
}

/** What an unmap does to its handle and gfn, by the model. */
const Effect = { none: 0, release: 1, releaseAndClear: 2, unknown: 3 } as const;
const outcome = { status: Number.NaN, effect: Effect.none as number };

/** Judges one op by the handle's state and what its gfn holds (common/grant_table.c:unmap_common@master). */
function judge(machine: Machine, domain: Domain, handle: number, hostAddr: number): void {
  const track = domain.maptrack;
  const state = track.stateOf(handle);
  outcome.status = Number.NaN;
  outcome.effect = Effect.unknown;
  if (state === HandleState.released || (state === HandleState.unseen && track.complete)) {
    outcome.status = Gntst.badHandle;
    outcome.effect = Effect.none;
    return;
  }
  if (state !== HandleState.live || Number.isNaN(hostAddr)) return;
  if (hostAddr === 0) {
    outcome.status = Gntst.okay;
    outcome.effect = Effect.none;
    return;
  }
  judgeAddress(machine, domain, track.find(handle), handle, Math.floor(hostAddr / PAGE));
}

function judgeAddress(machine: Machine, domain: Domain, slot: number, handle: number, gfn: number): void {
  const kind = domain.p2m.kindOf(gfn);
  const entry = domain.p2m.find(gfn);
  const mfn = domain.maptrack.mfn[slot];
  const ownAddress = domain.maptrack.gfn[slot] === gfn;
  if (kind === FrameKind.hole) {
    if (!ownAddress) return;
    outcome.status = Gntst.okay;
    outcome.effect = Effect.release;
    return;
  }
  if (kind === FrameKind.unknown || kind === FrameKind.mmio || kind === FrameKind.identity) return;
  const sameHandle = kind === FrameKind.grant && domain.p2m.aux[entry] === handle;
  const there = frameAt(domain, gfn, kind, entry);
  if (sameHandle || (mfn !== NOT_KNOWN && there === mfn)) {
    outcome.status = Gntst.okay;
    outcome.effect = Effect.releaseAndClear;
    return;
  }
  if (mfn === NOT_KNOWN || there === NOT_KNOWN) {
    // Another grant's or the domain's own frame is never the granted one, unless the domain granted it to itself.
    if (kind === FrameKind.grant || domain.maptrack.granter[slot] === domain.domid) return;
  }
  // The removal check came with 5a4a2cef08 in 4.17; before, whatever is there goes.
  const checks = since(machine.xen, 4017);
  if (checks === null) return;
  outcome.status = checks ? Gntst.generalError : Gntst.okay;
  outcome.effect = checks ? Effect.none : Effect.releaseAndClear;
}

function frameAt(domain: Domain, gfn: number, kind: number, entry: number): number {
  if (kind === FrameKind.own) return domain.directMapped ? gfn : NOT_KNOWN;
  return entry < 0 ? NOT_KNOWN : domain.p2m.mfns[entry];
}

function replay(call: Call, machine: Machine, columns: Columns): void {
  const domain = callerOf(call, machine);
  if (refuseBatch(call, machine)) return;
  checkBatchReturn(call, machine);
  if (domain === undefined) return;
  if (call.in.recorded !== Recorded.fields) {
    if (call.in.count === 0 && call.in.recorded === Recorded.fault) return;
    if (call.ret === 0 || Number.isNaN(call.ret) || call.ret === Errno.EFAULT)
      machine.forget(domain, `arguments of ${call.name} not recorded`);
    return;
  }
  call.sizeItems(call.in.rows);
  for (let row = 0; row < call.in.rows; row++) replayRow(call, machine, domain, row, columns);
  if (call.in.count > call.in.rows && !(call.ret < 0)) domain.unseenUnmaps += call.in.count - call.in.rows;
}

function replayRow(call: Call, machine: Machine, domain: Domain, row: number, columns: Columns): void {
  const handle = call.in.u64(row, columns.handle);
  const hostAddr = call.in.u64(row, columns.hostAddr);
  const gfn = Math.floor(hostAddr / PAGE);
  const logged = call.out.s64(row, columns.status);
  const failed = call.ret < 0 && Number.isNaN(logged);
  judge(machine, domain, handle, hostAddr);
  let rule: ConformanceId = columns.rule;
  if (columns.newAddr >= 0 && call.in.u64(row, columns.newAddr) > 0 && outcome.status !== Gntst.badHandle) {
    // replace_grant_host_mapping refuses any replacement on Arm and keeps the mapping.
    outcome.status = Gntst.generalError;
    outcome.effect = Effect.none;
    rule = "H20";
  }
  const predicted = failed ? Number.NaN : outcome.status;
  const status = settleStatus(call, machine, row, logged, predicted, rule, gfn);
  if (failed) return;
  apply(call, machine, domain, row, handle, gfn, status, predicted);
}

function apply(
  call: Call,
  machine: Machine,
  domain: Domain,
  row: number,
  handle: number,
  gfn: number,
  status: number,
  predicted: number,
): void {
  const slot = domain.maptrack.find(handle);
  if (status !== Gntst.okay && !Number.isNaN(status)) {
    if (status === Gntst.badHandle && slot >= 0 && domain.maptrack.state[slot] === HandleState.live)
      domain.maptrack.close(slot, HandleState.released, machine.event);
    return;
  }
  if (Number.isNaN(gfn)) return;
  if (Number.isNaN(status) || (status === predicted && outcome.effect === Effect.unknown)) {
    loseTrack(call, machine, domain, row, slot, gfn);
    return;
  }
  if (predicted === status) {
    if (outcome.effect !== Effect.none) release(call, machine, domain, row, slot, gfn, outcome.effect);
    return;
  }
  settleUnpredicted(call, machine, domain, row, slot, gfn);
}

/** Xen said okay where the model had no certain answer. */
function settleUnpredicted(
  call: Call,
  machine: Machine,
  domain: Domain,
  row: number,
  slot: number,
  gfn: number,
): void {
  const track = domain.maptrack;
  const known = slot >= 0 && track.state[slot] === HandleState.live;
  if (known && track.gfn[slot] !== gfn) {
    loseTrack(call, machine, domain, row, slot, gfn);
    return;
  }
  // A handle from before the log, or a gfn in an unknown state: an okay unmap at an address leaves a hole there.
  const kind = domain.p2m.kindOf(gfn);
  if (slot >= 0 && known) release(call, machine, domain, row, slot, gfn, Effect.releaseAndClear);
  else if (gfn !== 0 && (kind === FrameKind.unknown || kind === FrameKind.grant))
    machine.clear(domain, call, row, gfn, 0);
  else if (gfn !== 0 && kind !== FrameKind.hole) machine.blur(domain, call, row, gfn);
}

/** The outcome is not to be relied on: the handle, its gfn and this one are unknown. */
function loseTrack(
  call: Call,
  machine: Machine,
  domain: Domain,
  row: number,
  slot: number,
  gfn: number,
): void {
  if (slot >= 0 && domain.maptrack.state[slot] === HandleState.live) {
    const mapped = domain.maptrack.gfn[slot];
    const stillThere = domain.maptrack.mapped[slot] === 1;
    unpin(domain, slot);
    domain.maptrack.close(slot, HandleState.unknown, machine.event);
    if (stillThere && mapped !== gfn) machine.blur(domain, call, row, mapped);
  }
  if (gfn !== 0) machine.blur(domain, call, row, gfn);
}

function release(
  call: Call,
  machine: Machine,
  domain: Domain,
  row: number,
  slot: number,
  gfn: number,
  effect: number,
): void {
  const track = domain.maptrack;
  const mfn = track.mfn[slot];
  const readOnly = (track.flags[slot] & Gntmap.readonly) !== 0;
  const foreign = track.granter[slot] !== domain.domid;
  if (effect === Effect.releaseAndClear) machine.clear(domain, call, row, gfn, 0);
  unpin(domain, slot);
  track.close(slot, HandleState.released, machine.event);
  if (domain.directMapped && domain.iommu === true && foreign && mfn !== NOT_KNOWN)
    unpinIdentity(call, machine, domain, row, mfn, readOnly);
}

/** The (granter, ref) of a closed handle is pinned by it no more. */
function unpin(domain: Domain, slot: number): void {
  domain.unpin(domain.maptrack.granter[slot], domain.maptrack.ref[slot], slot);
}

const unmapColumns = columnsOf("unmap_grant_ref", "H17");
const replaceColumns = columnsOf("unmap_and_replace", "H17");

/** Unmaps a handle at an address; host_addr 0 answers okay and does nothing; dev_bus_addr is ignored on Arm. */
export const unmapGrantRef: Semantics = {
  nr: 20,
  cmd: 1,
  source:
    "common/grant_table.c:unmap_common,unmap_common_complete@master; arch/arm/mm.c:replace_grant_host_mapping@master",
  replay: (call, machine) => replay(call, machine, unmapColumns),
};

/** On Arm a plain unmap, or refused. */
export const unmapAndReplace: Semantics = {
  nr: 20,
  cmd: 7,
  source: "arch/arm/mm.c:replace_grant_host_mapping@master",
  replay: (call, machine) => replay(call, machine, replaceColumns),
};
