import { PAGE_SIZE } from "@xgt/hypercall-abi";
import { DmaView, type EventBatch, EventKind, GuestEntryView, ShareView } from "@xgt/hypercall-log";
import {
  type FindingFilter,
  namesActors,
  passesActor,
  passesFrames,
  passesOp,
  passesTime,
} from "../findings/finding-filter.ts";
import { actorOf, type EventNames } from "../observers/actor.ts";
import type { EventEffect } from "./event-effects.ts";

/** Whether an event is listed: in the filter's time, of its sub-ops, its actors and domains, and about one of its frames. */
export function passesEvent(filter: FindingFilter, effect: EventEffect, names: EventNames): boolean {
  if (!passesTime(filter, effect.time) || !passesOps(filter, effect)) return false;
  if (filter.domids !== undefined || namesActors(filter)) {
    const actor = actorOf(effect.call, effect.at, names);
    if (filter.domids?.has(actor.domid) === false || !passesActor(filter, actor)) return false;
  }
  const { gfns } = filter;
  if (gfns === undefined || gfns.some(({ first, last }) => effect.changes.touches(first, last))) return true;
  return effect.at !== null && namesFrames(filter, effect.at.batch, effect.at.row);
}

function passesOps(filter: FindingFilter, { call, at }: EventEffect): boolean {
  if (call !== null) return passesOp(filter, call.nr, call.cmd);
  return at !== null && passesOp(filter, at.batch.nr[at.row], at.batch.cmd[at.row]);
}

/** Entries of the guest's table, DMAs and pages of the secure world name frames without changing the p2m. */
function namesFrames(filter: FindingFilter, batch: EventBatch, row: number): boolean {
  if (batch.kind[row] === EventKind.guestP2m) {
    const entry = new GuestEntryView();
    entry.load(batch, row);
    return passesFrames(filter, entry.pfn, Math.max(1, entry.count));
  }
  if (batch.kind[row] === EventKind.share || batch.kind[row] === EventKind.unshare) {
    const share = new ShareView();
    share.load(batch, row);
    return passesFrames(filter, share.gfn, Math.max(1, share.count));
  }
  if (batch.kind[row] !== EventKind.dma) return false;
  const dma = new DmaView();
  dma.load(batch, row);
  for (let segment = 0; segment < dma.segments; segment++) {
    const address = dma.phys(segment);
    if (Number.isNaN(address)) continue;
    const size = dma.size(segment);
    const first = Math.floor(address / PAGE_SIZE);
    const last = Math.floor((address + (size >= 1 ? size : 1) - 1) / PAGE_SIZE);
    if (passesFrames(filter, first, last - first + 1)) return true;
  }
  return false;
}
