import type { EventLine } from "@xgt/findings";
import { DmaView, type EventBatch, EventKind, GuestEntryView } from "@xgt/hypercall-log";
import { passesFrames, passesOp, passesTime, type ReportFilter } from "../../run/finding-filter.ts";

const PAGE = 4096;

/** Whether a line of --events is shown: --time, --op and --gfn hold for it. */
export function passesEvent(filter: ReportFilter, line: EventLine, batch: EventBatch, row: number): boolean {
  if (!passesTime(filter, line.time)) return false;
  if (!passesOp(filter, batch.nr[row], batch.cmd[row])) return false;
  if (filter.gfns === undefined) return true;
  return changesFrames(filter, line.changes) || namesFrames(filter, batch, row);
}

/** Whether the line of a call that never returned is shown: its sub-op and frames are not at hand any more. */
export function passesUnanswered(filter: ReportFilter, line: EventLine): boolean {
  return filter.ops === undefined && filter.gfns === undefined && passesTime(filter, line.time);
}

/** Changes begin with the gfns that they are about: "0xcd6b9-0xcd6ba own -> grant". */
function changesFrames(filter: ReportFilter, changes: readonly string[]): boolean {
  return changes.some((change) => {
    const match = /^(0x[0-9a-f]+)(?:-(0x[0-9a-f]+))? /.exec(change);
    if (match === null) return false;
    const first = Number(match[1]);
    return passesFrames(filter, first, match[2] === undefined ? 1 : Number(match[2]) - first + 1);
  });
}

/** Entries of the guest's table and DMAs name frames without changing the p2m. */
function namesFrames(filter: ReportFilter, batch: EventBatch, row: number): boolean {
  if (batch.kind[row] === EventKind.guestP2m) {
    const entry = new GuestEntryView();
    entry.load(batch, row);
    return passesFrames(filter, entry.pfn, Math.max(1, entry.count));
  }
  if (batch.kind[row] !== EventKind.dma) return false;
  const dma = new DmaView();
  dma.load(batch, row);
  for (let segment = 0; segment < dma.segments; segment++) {
    const address = dma.phys(segment);
    if (Number.isNaN(address)) continue;
    const size = dma.size(segment);
    const first = Math.floor(address / PAGE);
    const last = Math.floor((address + (size >= 1 ? size : 1) - 1) / PAGE);
    if (passesFrames(filter, first, last - first + 1)) return true;
  }
  return false;
}
