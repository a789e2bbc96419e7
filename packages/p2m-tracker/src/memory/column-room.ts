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

/** Each column has memory of its own, that the runtime collects. */
export const separateRoom: ColumnRoom = {
  float64: (length) => new Float64Array(length),
  int32: (length) => new Int32Array(length),
  uint8: (length) => new Uint8Array(length),
  release: () => {},
};

/** Columns of more values than this grow eightfold: what is not used yet takes no memory, and what is need not move often. */
const MANY_VALUES = 1 << 15;

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
  other.set(column.subarray(0, kept));
  from.release(column);
  return other;
}

function madeLike(column: Column, length: number, room: ColumnRoom): Column {
  if (column instanceof Float64Array) return room.float64(length);
  return column instanceof Int32Array ? room.int32(length) : room.uint8(length);
}
