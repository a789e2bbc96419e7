import type { Table } from "../columns/table.ts";
import type { TableShapes } from "../columns/table-shapes.ts";
import { type Grouped, grouped } from "./grouped.ts";
import { NearSearch, upperBound } from "./search-sorted.ts";

/** Frames that are to have a row though no call changed them. */
export interface MarkedRange {
  readonly gfn: number;
  readonly count: number;
  /** Something was found there: these frames are a row of their own. */
  readonly flagged: boolean;
  /** A row of another run: these frames are a row of their own, so that both runs have the same rows. */
  readonly apart?: boolean;
}

/** Rows of the map: frames in a row that have one history. In order of frames, none of them in two rows. */
export interface DomainRows {
  readonly length: number;
  readonly gfn: Float64Array;
  readonly count: Float64Array;
  /** 1: something was found there. */
  readonly flagged: Uint8Array;
  /** Rows of the table of changes, by row of the map. */
  readonly history: Grouped;
}

type Changes = Table<TableShapes["changes"]>;

/**
 * The rows of a domain: the address space cut at every boundary of every change, and neighbouring pieces with the same
 * history joined again. Nothing is lost by it: each frame of a row has had what the row shows.
 */
export function domainRows(changes: Changes, domid: number, marked: readonly MarkedRange[]): DomainRows {
  const own = ownChanges(changes, domid);
  const cuts = cutPoints(changes, own, marked);
  const pieces = Math.max(0, cuts.length - 1);
  const search = new NearSearch(cuts);
  const pieceAt = (gfn: number) => search.atOrBefore(gfn);
  const history = grouped(pieces, (tell) => {
    for (const change of own) {
      const end = changes.gfn[change] + changes.count[change];
      for (let piece = pieceAt(changes.gfn[change]); cuts[piece] < end; piece++) tell(piece, change);
    }
  });
  const mark = new Int32Array(pieces);
  const flags = new Uint8Array(pieces);
  for (const [index, { gfn, count, flagged, apart }] of marked.entries()) {
    for (let piece = pieceAt(gfn); cuts[piece] < gfn + count; piece++) {
      if (flagged) flags[piece] = 1;
      if (flagged || apart === true) mark[piece] = index + 2;
      else if (mark[piece] === 0) mark[piece] = 1;
    }
  }
  return joined(changes, { cuts, history, mark, flags });
}

/** The row that holds a frame; -1: none. */
export function rowAt(rows: DomainRows, gfn: number): number {
  const row = upperBound(rows.gfn, gfn) - 1;
  return row >= 0 && gfn < rows.gfn[row] + rows.count[row] ? row : -1;
}

function ownChanges(changes: Changes, domid: number): Int32Array {
  const own = new Int32Array(changes.domid.length);
  let length = 0;
  for (let i = 0; i < changes.domid.length; i++) if (changes.domid[i] === domid) own[length++] = i;
  return own.subarray(0, length);
}

function cutPoints(changes: Changes, own: Int32Array, marked: readonly MarkedRange[]): Float64Array {
  const cuts = new Float64Array(2 * (own.length + marked.length));
  let length = 0;
  for (const change of own) {
    cuts[length++] = changes.gfn[change];
    cuts[length++] = changes.gfn[change] + changes.count[change];
  }
  for (const { gfn, count } of marked) {
    cuts[length++] = gfn;
    cuts[length++] = gfn + count;
  }
  cuts.sort();
  let kept = 0;
  for (let i = 0; i < length; i++) if (i === 0 || cuts[i] !== cuts[i - 1]) cuts[kept++] = cuts[i];
  return cuts.subarray(0, kept);
}

/** The address space in pieces, each with its history; `mark`: 0 nothing, 1 shown, otherwise those of one number only may be joined. */
interface Pieces {
  readonly cuts: Float64Array;
  readonly history: Grouped;
  readonly mark: Int32Array;
  readonly flags: Uint8Array;
}

function joined(changes: Changes, { cuts, history, mark, flags }: Pieces): DomainRows {
  const pieces = mark.length;
  const firstPiece = new Int32Array(pieces);
  const gfn = new Float64Array(pieces);
  const count = new Float64Array(pieces);
  let length = 0;
  for (let piece = 0; piece < pieces; piece++) {
    if (history.first[piece] === history.first[piece + 1] && mark[piece] === 0) continue;
    const last = length - 1;
    const follows = last >= 0 && gfn[last] + count[last] === cuts[piece];
    if (follows && Math.max(1, mark[piece]) === Math.max(1, mark[firstPiece[last]])) {
      if (isAlike(changes, history, firstPiece[last], piece)) {
        count[last] = cuts[piece + 1] - gfn[last];
        continue;
      }
    }
    firstPiece[length] = piece;
    gfn[length] = cuts[piece];
    count[length] = cuts[piece + 1] - cuts[piece];
    length++;
  }
  return {
    length,
    gfn: gfn.slice(0, length),
    count: count.slice(0, length),
    flagged: Uint8Array.from(firstPiece.subarray(0, length), (piece) => flags[piece]),
    history: grouped(length, (tell) => {
      for (let row = 0; row < length; row++) {
        const piece = firstPiece[row];
        for (let i = history.first[piece]; i < history.first[piece + 1]; i++) tell(row, history.items[i]);
      }
    }),
  };
}

/** Whether two pieces have had the same: at the same events the same kinds of things, with frames in step with the gfns. */
function isAlike(changes: Changes, { first, items }: Grouped, one: number, other: number): boolean {
  const length = first[one + 1] - first[one];
  if (first[other + 1] - first[other] !== length) return false;
  for (let i = 0; i < length; i++) {
    const a = items[first[one] + i];
    const b = items[first[other] + i];
    if (a === b) continue;
    if (changes.event[a] !== changes.event[b] || changes.to[a] !== changes.to[b]) return false;
    if (shiftOf(changes, a) !== shiftOf(changes, b)) return false;
  }
  return true;
}

/** How far a change's frames are from its gfns; NaN never equals, so where no frame is known it is one number for all. */
function shiftOf(changes: Changes, change: number): number {
  return changes.mfn[change] < 0 ? Number.POSITIVE_INFINITY : changes.mfn[change] - changes.gfn[change];
}
