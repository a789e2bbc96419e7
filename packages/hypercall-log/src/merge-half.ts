import { ELEMENTS_AT, FIELDS_AT, type HalfShape, ROWS_AT } from "./argument-shape.ts";
import type { EventBatch } from "./event-batch.ts";
import { EventKind, Recorded, Via } from "./event-kind.ts";
import { halfShape } from "./merge-match.ts";
import type { MergeCall, MergeGroup, MergeWindow } from "./merge-window.ts";

/**
 * Passes on one half of a call: the members of all logs that hold it. Time, place and source are those of the log
 * named first; a member that it lacks comes from the next.
 */
export function emitHalf(
  out: EventBatch,
  group: MergeGroup,
  windows: readonly MergeWindow[],
  enter: boolean,
): void {
  const holders: { window: MergeWindow; row: number }[] = [];
  let call: MergeCall | undefined;
  for (const member of group.members) {
    const row = member === undefined ? -1 : enter ? member.enter : member.exit;
    if (member === undefined || row < 0) continue;
    call ??= member;
    const window = windows[member.log];
    holders.push({ window, row: window.at(row) });
  }
  if (call === undefined || holders.length === 0) return;
  const shape = halfShape(call.nr, call.cmd, enter);
  const [first, ...others] = holders;
  const to = appendUnion(out, first, others, shape, enter);
  out.call[to] = group.id;
  for (const { window, row } of others) fillColumns(out, to, window.events, row);
}

/** Takes over columns that the row lacks. */
function fillColumns(out: EventBatch, to: number, from: EventBatch, row: number): void {
  if (Number.isNaN(out.time[to])) out.time[to] = from.time[row];
  for (const name of ["domid", "cpu", "pid", "comm", "nr", "cmd"] as const) {
    if (out[name][to] < 0) out[name][to] = from[name][row];
  }
  if (Number.isNaN(out.ret[to])) out.ret[to] = from.ret[row];
  if (Number.isNaN(out.multicall[to])) out.multicall[to] = from.multicall[row];
  if (out.via[to] === Via.kernel) out.via[to] = from.via[row];
}

function appendUnion(
  out: EventBatch,
  first: { window: MergeWindow; row: number },
  others: readonly { window: MergeWindow; row: number }[],
  shape: HalfShape | undefined,
  enter: boolean,
): number {
  let best = first.window.events;
  let bestRow = first.row;
  let extra: { events: EventBatch; row: number } | undefined;
  for (const { window, row } of others) {
    const events = window.events;
    if (richness(events, row) > richness(best, bestRow)) {
      extra = { events: best, row: bestRow };
      best = events;
      bestRow = row;
    } else extra ??= { events, row };
  }
  const to = out.append(best, bestRow);
  if (best !== first.window.events) copyHead(out, to, first.window.events, first.row, enter);
  if (extra !== undefined && shape !== undefined) addFields(out, to, extra.events, extra.row, shape);
  return to;
}

/** Words of the payload: the log that recorded more of a call has the longer one. */
function richness(events: EventBatch, row: number): number {
  const at = events.payload[row];
  const length = events.payloadEnd(row) - at;
  return length >= ROWS_AT && events.words[at] !== Recorded.nothing ? length : 0;
}

/** Time, place and who called, of the log named first. */
function copyHead(out: EventBatch, to: number, from: EventBatch, row: number, enter: boolean): void {
  const richer = {
    pid: out.pid[to],
    comm: out.comm[to],
    cpu: out.cpu[to],
    domid: out.domid[to],
    via: out.via[to],
  };
  out.kind[to] = enter ? EventKind.enter : EventKind.exit;
  out.time[to] = Number.isNaN(from.time[row]) ? out.time[to] : from.time[row];
  out.place[to] = from.place[row];
  out.source[to] = from.source[row];
  out.pid[to] = from.pid[row] < 0 ? richer.pid : from.pid[row];
  out.comm[to] = from.comm[row] < 0 ? richer.comm : from.comm[row];
  out.cpu[to] = from.cpu[row] < 0 ? richer.cpu : from.cpu[row];
  out.domid[to] = from.domid[row] < 0 ? richer.domid : from.domid[row];
  out.via[to] = from.via[row] === Via.kernel ? richer.via : from.via[row];
  if (Number.isNaN(out.ret[to])) out.ret[to] = from.ret[row];
  if (Number.isNaN(out.multicall[to])) out.multicall[to] = from.multicall[row];
}

/** Fields of the rows that both hold which only the poorer log recorded, and lists that only it has. */
function addFields(out: EventBatch, to: number, from: EventBatch, row: number, shape: HalfShape): void {
  const at = out.payload[to];
  const other = from.payload[row];
  if (out.payloadEnd(to) - at < ROWS_AT || from.payloadEnd(row) - other < ROWS_AT) return;
  if (out.words[at] !== Recorded.fields || from.words[other] !== Recorded.fields) return;
  const rows = Math.min(out.words[at + 1], from.words[other + 1]);
  for (let index = 0; index < rows; index++) {
    const base = at + ROWS_AT + index * shape.rowWords;
    const source = other + ROWS_AT + index * shape.rowWords;
    const missing = from.words[source] & ~out.words[base];
    for (let field = 0; missing !== 0 && field < shape.fields.length; field++) {
      if ((missing & (1 << field)) === 0) continue;
      const word = FIELDS_AT + 2 * field;
      out.words[base + word] = from.words[source + word];
      out.words[base + word + 1] = from.words[source + word + 1];
    }
    out.words[base] |= missing;
  }
  addLists(out, at, from, other, shape);
}

/** A list that the richer payload lacks replaces its empty section at the payload's end. */
function addLists(out: EventBatch, at: number, from: EventBatch, other: number, shape: HalfShape): void {
  const starts: number[] = [];
  let list = at + ROWS_AT + out.words[at + 1] * shape.rowWords;
  let source = other + ROWS_AT + from.words[other + 1] * shape.rowWords;
  const sections: Int32Array[] = [];
  let changed = false;
  for (let index = 0; index < shape.lists.length; index++) {
    starts.push(list);
    const mine = out.words.slice(list, list + ELEMENTS_AT + 2 * out.words[list + 1]);
    const theirs = from.words.slice(source, source + ELEMENTS_AT + 2 * from.words[source + 1]);
    const better = theirs.length > mine.length || (mine[0] === 0 && theirs[0] !== 0);
    sections.push(better ? theirs : mine);
    changed ||= better;
    list += mine.length;
    source += theirs.length;
  }
  if (!changed) return;
  out.wordsUsed = starts[0];
  for (const section of sections) {
    const place = out.reserve(section.length);
    out.words.set(section, place);
  }
}
