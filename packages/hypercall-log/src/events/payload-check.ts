import { MULTICALL } from "@xgt/hypercall-abi";
import { argumentShapeOf, ELEMENTS_AT, type HalfShape, MULTICALL_SHAPE, ROWS_AT } from "./argument-shape.ts";
import { DMA_SEGMENT_WORDS, DMA_SEGMENTS_AT } from "./dma-view.ts";
import type { EventBatch } from "./event-batch.ts";
import { DmaDirection, DomainChange, EventKind, ListState, Recorded, Via } from "./event-kind.ts";
import { SHARE_WORDS, sharePartner } from "./share-view.ts";

const DOMID_MAX = 0xffff;
const domainChanges: ReadonlySet<number> = new Set(Object.values(DomainChange));
/** Words of payloads whose size does not vary, by kind. */
const WORDS: Readonly<Record<number, number>> = {
  [EventKind.guestP2m]: 6,
  [EventKind.lost]: 2,
  [EventKind.gap]: 2,
  [EventKind.grant]: 5,
  [EventKind.ungrant]: 1,
  [EventKind.domain]: 1,
  [EventKind.share]: SHARE_WORDS,
  [EventKind.unshare]: SHARE_WORDS,
  [EventKind.mark]: 1,
};

/**
 * What is wrong with row `row` of a batch that a file holds as it is, or null: a view of it must find what its counts
 * promise. `strings`: how many strings the batch may name.
 */
export function wrongRow(batch: EventBatch, row: number, strings: number): string | null {
  const kind = batch.kind[row];
  const size = batch.payloadEnd(row) - batch.payload[row];
  const column = wrongColumn(batch, row);
  if (column !== null) return column;
  if (batch.domid[row] < -1 || batch.domid[row] > DOMID_MAX) return "a domid that no domain has";
  if (batch.via[row] > Via.multicall) return "an unknown origin of a call";
  if (!isText(batch.comm[row], strings)) return "a name that is not in the block";
  if (kind === EventKind.enter || kind === EventKind.exit) return wrongCall(batch, row, kind, size);
  if (kind === EventKind.dma) return wrongDma(batch, row, size, strings);
  if (WORDS[kind] === undefined) return "an unknown kind of event";
  if (size !== WORDS[kind]) return "an event of a wrong size";
  const first = batch.words[batch.payload[row]];
  if (kind === EventKind.mark && !(first >= 0 && first < strings)) return "a text that is not in the block";
  const isShare = kind === EventKind.share || kind === EventKind.unshare;
  if (isShare && !isText(sharePartner(batch, row), strings)) return "a partner that is not in the block";
  return kind === EventKind.domain && !domainChanges.has(first) ? "an unknown change of a domain" : null;
}

/** The first row from one on that has something wrong; -1: none. Nearly all have nothing, and that is seen column by column. */
export function firstWrongRow(batch: EventBatch, from: number, strings: number): number {
  const { kind, payload, words, length } = batch;
  const isEachRight = areColumnsRight(batch, from, strings);
  for (let row = from; row < length; row++) {
    if (isEachRight) {
      const at = payload[row];
      const size = batch.payloadEnd(row) - at;
      if (kind[row] === EventKind.guestP2m && size === WORDS[EventKind.guestP2m]) continue;
      if (kind[row] === EventKind.dma && isRightDma(words, at, size, strings)) continue;
    }
    if (wrongRow(batch, row, strings) !== null) return row;
  }
  return -1;
}

/** Whether the columns of the rows from one on hold what `wrongRow` asks of them. */
function areColumnsRight(batch: EventBatch, from: number, strings: number): boolean {
  const { time, nr, cmd, call, multicall, start, ret, domid, via, comm, length } = batch;
  let wrong = 0;
  for (let row = from; row < length; row++) {
    if (Math.abs(time[row]) === Number.POSITIVE_INFINITY || nr[row] < -1 || cmd[row] < -1) wrong++;
    if (domid[row] < -1 || domid[row] > DOMID_MAX || via[row] > Via.multicall) wrong++;
    if (!isText(comm[row], strings)) wrong++;
  }
  for (let row = from; row < length; row++) {
    if (!isNumberOrNone(call[row]) || !isNumberOrNone(multicall[row])) wrong++;
    if (!isNumber(start[row]) || !isNumberOrNone(Math.abs(ret[row]))) wrong++;
  }
  return wrong === 0;
}

/** Whether an index names a string, or none (-1). */
function isText(index: number, strings: number): boolean {
  return index >= -1 && index < strings;
}

/** Numbers of 64 bits at most, as the view of a payload gives them. */
const NUMBER_END = 2 ** 64;

function wrongColumn(batch: EventBatch, row: number): string | null {
  if (Math.abs(batch.time[row]) === Number.POSITIVE_INFINITY) return "an endless time";
  if (batch.nr[row] < -1) return "a nr below -1";
  if (batch.cmd[row] < -1) return "a cmd below -1";
  if (!isNumberOrNone(batch.call[row])) return "a call that is no number of a call";
  if (!isNumberOrNone(batch.multicall[row])) return "a multicall that is no number of a call";
  if (!isNumber(batch.start[row])) return "a start that is no whole number";
  if (!isNumberOrNone(Math.abs(batch.ret[row]))) return "a result that is no whole number";
  return null;
}

function isNumberOrNone(value: number): boolean {
  return Number.isNaN(value) || isNumber(value);
}

function isNumber(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= NUMBER_END;
}

function wrongCall(batch: EventBatch, row: number, kind: number, size: number): string | null {
  const nr = batch.nr[row];
  const shape = argumentShapeOf(nr, batch.cmd[row]);
  const half = kind === EventKind.exit ? shape?.out : nr === MULTICALL ? MULTICALL_SHAPE : shape?.in;
  if (kind === EventKind.enter && nr < 0) return "a call without its hypercall";
  if (size < ROWS_AT) return "a call of a wrong size";
  const at = batch.payload[row];
  const recorded = batch.words[at];
  if (recorded < Recorded.nothing || recorded > Recorded.fault) return "an unknown state of an argument";
  const rows = batch.words[at + 1];
  if (recorded === Recorded.nothing || half === undefined || (recorded === Recorded.fault && rows === 0))
    return null;
  return isWholeHalf(batch.words, at, at + size, half)
    ? null
    : "a call whose rows or lists are not all there";
}

function isWholeHalf(words: Int32Array, at: number, end: number, half: HalfShape): boolean {
  const rows = words[at + 1];
  if (rows < 0 || (!half.isOps && rows > 1)) return false;
  let next = at + ROWS_AT + rows * half.rowWords;
  for (let list = 0; list < half.lists.length; list++) {
    if (next + ELEMENTS_AT > end) return false;
    const state = words[next];
    const length = words[next + 1];
    if (state < ListState.absent || state > ListState.fault || length < 0) return false;
    next += ELEMENTS_AT + 2 * length;
  }
  return next <= end;
}

function wrongDma(batch: EventBatch, row: number, size: number, strings: number): string | null {
  const { words } = batch;
  const at = batch.payload[row];
  if (isRightDma(words, at, size, strings)) return null;
  if (size < DMA_SEGMENTS_AT) return "a DMA of a wrong size";
  if (!isText(words[at + 2], strings)) return "a device that is not in the block";
  const direction = words[at + 1];
  return direction < DmaDirection.unknown || direction > DmaDirection.bidirectional
    ? "an unknown direction"
    : "a DMA of a wrong size";
}

function isRightDma(words: Int32Array, at: number, size: number, strings: number): boolean {
  if (size < DMA_SEGMENTS_AT) return false;
  const direction = words[at + 1];
  const segments = words[at + 3];
  return (
    isText(words[at + 2], strings) &&
    direction >= DmaDirection.unknown &&
    direction <= DmaDirection.bidirectional &&
    segments >= 0 &&
    size === DMA_SEGMENTS_AT + DMA_SEGMENT_WORDS * segments
  );
}
