import type { EventLine } from "@xgt/findings";
import { type EventBatch, EventKind, u64At } from "@xgt/hypercall-log";
import { passesFrames, passesOp, passesTime, type ReportFilter } from "../../run/finding-filter.ts";

const PAGE = 4096;
/** Words of a dma payload before its segments, and words of a segment (EventBatch). */
const SEGMENTS_AT = 6;
const SEGMENT_WORDS = 7;

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
  const { words } = batch;
  const at = batch.payload[row];
  if (batch.kind[row] === EventKind.guestP2m) {
    return passesFrames(filter, u64At(words, at), Math.max(1, u64At(words, at + 4)));
  }
  if (batch.kind[row] !== EventKind.dma) return false;
  for (let i = 0; i < words[at + 3]; i++) {
    const segment = at + SEGMENTS_AT + i * SEGMENT_WORDS;
    if ((words[segment] & 1) === 0) continue;
    const address = u64At(words, segment + 1);
    const size = (words[segment] & 4) === 0 ? 1 : Math.max(1, u64At(words, segment + 5));
    const first = Math.floor(address / PAGE);
    const last = Math.floor((address + size - 1) / PAGE);
    if (passesFrames(filter, first, last - first + 1)) return true;
  }
  return false;
}
