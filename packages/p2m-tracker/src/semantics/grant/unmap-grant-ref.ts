import { Errno, Gntst, PAGE_SIZE, since } from "@xgt/hypercall-abi";
import { fieldIndex, Recorded } from "@xgt/hypercall-log";
import type { Call } from "../../call/call.ts";
import { type ConformanceId, type Judgement, UnmapEffect } from "../../call/judgement.ts";
import type { Domain } from "../../state/domain.ts";
import { FrameKind, NOT_KNOWN } from "../../state/frame-kind.ts";
import type { Machine } from "../../state/machine.ts";
import { HandleState } from "../../state/maptrack.ts";
import { type Semantics, shapeNamed } from "../shared/semantics.ts";
import {
  callerOf,
  checkBatchReturn,
  doneOps,
  isFragment,
  isStatus,
  loggedStatus,
  OpSeen,
  opSeen,
  refuseBatch,
  settleStatus,
} from "./grant-batch.ts";
import { judgeUnmap } from "./judge-unmap.ts";
import { loseTrack, releaseHandle } from "./release-handle.ts";

/** Where one unmap op's members stand: the same for unmap_grant_ref and unmap_and_replace. */
interface Columns {
  readonly hostAddr: number;
  readonly handle: number;
  readonly status: number;
  /** Index of new_addr, of dev_bus_addr; -1: the op has none. */
  readonly newAddr: number;
  readonly busAddr: number;
}

function columnsOf(name: string): Columns {
  const shape = shapeNamed(name);
  return {
    hostAddr: fieldIndex(shape.in, "host_addr"),
    handle: fieldIndex(shape.in, "handle"),
    status: fieldIndex(shape.out, "status"),
    newAddr: shape.in.fields.findIndex((field) => field.name === "new_addr"),
    busAddr: shape.in.fields.findIndex((field) => field.name === "dev_bus_addr"),
  };
}

function replay(call: Call, machine: Machine, columns: Columns): void {
  const domain = callerOf(call, machine);
  if (refuseBatch(call, machine)) return;
  checkBatchReturn(call, machine, columns.status);
  if (domain === undefined) return;
  if (call.in.recorded !== Recorded.fields) {
    if (call.ret === 0 || Number.isNaN(call.ret) || call.retEquals(Errno.EFAULT))
      machine.forget(domain, `arguments of ${call.name} not recorded`);
    return;
  }
  call.sizeItems(call.in.rows);
  const done = doneOps(call, columns.status);
  for (let row = 0; row < call.in.rows; row++) replayRow(call, machine, domain, row, columns, done);
  const unseen = call.in.count - call.in.rows;
  if (unseen > 0 && !(call.ret < 0) && !isFragment(call, columns.status)) domain.missUnmaps(unseen);
}

function replayRow(
  call: Call,
  machine: Machine,
  domain: Domain,
  row: number,
  columns: Columns,
  done: number,
): void {
  const seen = opSeen(call, row, columns.status, done);
  if (seen === OpSeen.untouched) return;
  const handle = call.in.u64(row, columns.handle);
  const hostAddr = call.in.u64(row, columns.hostAddr);
  const gfn = Math.floor(hostAddr / PAGE_SIZE);
  const verdict = call.judgement;
  judgeUnmap(machine, domain, handle, hostAddr, verdict);
  if (columns.busAddr >= 0)
    judgeBusAddress(machine, domain, handle, call.in.u64(row, columns.busAddr), verdict);
  const rule =
    columns.newAddr < 0 ? "H17" : judgeReplacement(call.in.u64(row, columns.newAddr), hostAddr, verdict);
  const sure = seen === OpSeen.judged || verdict.value !== Gntst.okay;
  const logged = loggedStatus(call, row, columns.status);
  let predicted = sure ? verdict.value : Number.NaN;
  if (rule === "H20" && logged === Gntst.okay) predicted = Gntst.generalError;
  const status = settleStatus(call, machine, row, logged, predicted, rule, gfn);
  if (Number.isNaN(status) && !(call.ret < 0)) domain.missUnmaps(1);
  // What an answer that does not exist means, nobody knows.
  const outcome = isStatus(status) ? status : Number.NaN;
  apply(call, machine, domain, row, handle, hostAddr, outcome);
}

/** Up to 4.15 an address that is given must be the frame's, although no Arm map is one for a device (c5bf1295b0). */
function judgeBusAddress(
  machine: Machine,
  domain: Domain,
  handle: number,
  busAddr: number,
  verdict: Judgement,
): void {
  const ignored = since(machine.xen, "4.16");
  if (ignored === true || !(busAddr > 0) || verdict.value === Gntst.badHandle) return;
  const slot = verdict.live ? domain.maptrack.find(handle) : -1;
  const mfn = slot < 0 ? NOT_KNOWN : domain.maptrack.mfn.get(slot);
  if (mfn !== NOT_KNOWN && busAddr === mfn * PAGE_SIZE) return;
  const refused = ignored === false && mfn !== NOT_KNOWN;
  verdict.value = refused ? Gntst.generalError : Number.NaN;
  verdict.effect = refused ? UnmapEffect.none : UnmapEffect.unknown;
}

/** The rule of the answer. replace_grant_host_mapping refuses any replacement on Arm and keeps the mapping. */
function judgeReplacement(newAddr: number, hostAddr: number, verdict: Judgement): ConformanceId {
  if (Number.isNaN(newAddr) && verdict.value !== Gntst.badHandle) {
    verdict.value = Number.NaN;
    verdict.effect = UnmapEffect.unknown;
  }
  // With host_addr 0 the replacement is not looked at.
  if (!(newAddr > 0) || verdict.value === Gntst.badHandle || hostAddr === 0) return "H17";
  verdict.value = verdict.live ? Gntst.generalError : Number.NaN;
  verdict.effect = UnmapEffect.none;
  return "H20";
}

function apply(
  call: Call,
  machine: Machine,
  domain: Domain,
  row: number,
  handle: number,
  hostAddr: number,
  status: number,
): void {
  const verdict = call.judgement;
  const slot = Number.isNaN(handle) ? -1 : domain.maptrack.find(handle);
  const gfn = Math.floor(hostAddr / PAGE_SIZE);
  if (status < 0) {
    // The handle was not live, whatever the model thought.
    if (status === Gntst.badHandle && slot >= 0 && domain.maptrack.state[slot] === HandleState.live)
      releaseHandle(call, machine, domain, row, slot, Number.NaN);
    return;
  }
  if (verdict.effect === UnmapEffect.none && (verdict.value === Gntst.okay || Number.isNaN(status))) return;
  if (Number.isNaN(gfn)) {
    machine.forget(domain, `arguments of ${call.name} not recorded`);
    return;
  }
  if (Number.isNaN(status)) loseTrack(call, machine, domain, row, slot, gfn);
  else if (verdict.value === Gntst.okay) {
    const clears = verdict.effect === UnmapEffect.releaseAndClear;
    releaseHandle(call, machine, domain, row, slot, clears ? gfn : Number.NaN);
  } else settleOkay(call, machine, domain, row, slot, gfn);
}

/** Xen said okay where the model had another answer, or none. */
function settleOkay(
  call: Call,
  machine: Machine,
  domain: Domain,
  row: number,
  slot: number,
  gfn: number,
): void {
  const track = domain.maptrack;
  const known = slot >= 0 && track.state[slot] === HandleState.live;
  if (known) {
    // At the handle's own address an okay leaves a hole, whatever was there; elsewhere nothing can be relied on.
    if (track.gfn.get(slot) === gfn) releaseHandle(call, machine, domain, row, slot, gfn);
    else loseTrack(call, machine, domain, row, slot, gfn);
    return;
  }
  // A handle from before the log: nothing tells whether this is its own address.
  const kind = domain.p2m.kindOf(gfn);
  if (gfn === 0 || kind === FrameKind.hole) return;
  if (kind === FrameKind.unknown || kind === FrameKind.grant) machine.clear(domain, call, row, gfn, 0);
  else machine.blur(domain, call, row, gfn);
}

const unmapColumns = columnsOf("unmap_grant_ref");
const replaceColumns = columnsOf("unmap_and_replace");

/** Unmaps a handle at an address; host_addr 0 answers okay and does nothing; dev_bus_addr is ignored on Arm. */
export const unmapGrantRef: Semantics = {
  subOp: "unmap_grant_ref",
  source:
    "common/grant_table.c:unmap_common,unmap_common_complete@master; arch/arm/mm.c:replace_grant_host_mapping@master",
  replay: (call, machine) => replay(call, machine, unmapColumns),
};

/** On Arm a plain unmap, or refused. */
export const unmapAndReplace: Semantics = {
  subOp: "unmap_and_replace",
  source: "arch/arm/mm.c:replace_grant_host_mapping@master",
  replay: (call, machine) => replay(call, machine, replaceColumns),
};
