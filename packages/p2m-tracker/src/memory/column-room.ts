import { SPARE_COLUMN_BYTES_MIN, SPARE_COLUMNS_BYTES_MAX } from "../limits.ts";

/** A column of a state: one value for each entry or slot. */
export type Column = Float64Array | Int32Array | Uint8Array;

/** Where the columns of a state lie: each in memory of its own, or all in one that a WebAssembly module works on, too. */
export interface ColumnRoom {
  /** Columns of `length` zeros. */
  float64(length: number): Float64Array;
  int32(length: number): Int32Array;
  uint8(length: number): Uint8Array;
  /** Nobody uses a column of this room any more. */
  release(column: Column): void;
}

/** Columns that are not used any more, of all states, by their length. */
class SpareColumns {
  private readonly floats = new Map<number, Float64Array[]>();
  private readonly integers = new Map<number, Int32Array[]>();
  private bytes = 0;

  /** A column of zeros; undefined: none of that length is there. */
  float64(length: number): Float64Array | undefined {
    return this.taken(this.floats.get(length)?.pop());
  }

  int32(length: number): Int32Array | undefined {
    return this.taken(this.integers.get(length)?.pop());
  }

  keep(column: Column): void {
    const { byteLength, length } = column;
    if (byteLength < SPARE_COLUMN_BYTES_MIN || this.bytes + byteLength > SPARE_COLUMNS_BYTES_MAX) return;
    if (column instanceof Float64Array) listOf(this.floats, length).push(column);
    else if (column instanceof Int32Array) listOf(this.integers, length).push(column);
    else return;
    this.bytes += byteLength;
  }

  private taken<T extends Float64Array | Int32Array>(column: T | undefined): T | undefined {
    if (column === undefined) return undefined;
    this.bytes -= column.byteLength;
    column.fill(0);
    return column;
  }
}

function listOf<T>(lists: Map<number, T[]>, length: number): T[] {
  const list = lists.get(length) ?? [];
  lists.set(length, list);
  return list;
}

const spare = new SpareColumns();

/** Each column has memory of its own, that the runtime collects. Large ones that are released serve again: they grow in each run. */
export const separateRoom: ColumnRoom = {
  float64: (length) => spare.float64(length) ?? new Float64Array(length),
  int32: (length) => spare.int32(length) ?? new Int32Array(length),
  uint8: (length) => new Uint8Array(length),
  release: (column) => spare.keep(column),
};

/** Columns of more values than this grow eightfold: what is not used yet takes no memory, and what is need not move often. */
const MANY_VALUES = 1 << 15;

/** Values of a column that are moved, or found to be zeros, at a time. */
const PIECE = 1 << 12;

/** Values of a column, of `length` now, that is to hold `least` at least. */
export function grown(length: number, least: number): number {
  return Math.max(least, length * (length < MANY_VALUES ? 2 : 8));
}

/** A column of `length` values in `to`, of which the first `kept` are those of `column`, the others zeros; that one is released. */
export function moved(
  column: Float64Array,
  length: number,
  kept: number,
  to: ColumnRoom,
  from?: ColumnRoom,
): Float64Array;
export function moved(
  column: Int32Array,
  length: number,
  kept: number,
  to: ColumnRoom,
  from?: ColumnRoom,
): Int32Array;
export function moved(
  column: Uint8Array,
  length: number,
  kept: number,
  to: ColumnRoom,
  from?: ColumnRoom,
): Uint8Array;
export function moved(column: Column, length: number, kept: number, to: ColumnRoom, from = to): Column {
  const other = madeLike(column, length, to);
  for (let at = 0; at < kept; at += PIECE) {
    const piece = column.subarray(at, Math.min(at + PIECE, kept));
    if (kept <= PIECE || !isZero(piece)) other.set(piece, at);
  }
  from.release(column);
  return other;
}

/** Zeros are there already, and what is not written takes no memory: some columns hold nothing in most logs. */
function isZero(piece: Column): boolean {
  for (let i = 0; i < piece.length; i++) if (piece[i] !== 0) return false;
  return true;
}

function madeLike(column: Column, length: number, room: ColumnRoom): Column {
  if (column instanceof Float64Array) return room.float64(length);
  return column instanceof Int32Array ? room.int32(length) : room.uint8(length);
}
