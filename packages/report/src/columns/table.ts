import { type Numbers, PackedColumn, unpackColumn } from "./packed-column.ts";
import type { ColumnShape, TableShape } from "./table-shapes.ts";

/** A table being recorded: each column packed as it grows. */
export type PackedTable<Shape extends TableShape> = { readonly [name in keyof Shape]: PackedColumn };

/** A table as it is looked at: each column an array, all equally long. */
export type Table<Shape extends TableShape> = { readonly [name in keyof Shape]: Numbers };

/** How a table lies in its block: rows, and bytes of each column in the order of its shape. */
export interface TablePlace {
  readonly rows: number;
  readonly bytes: readonly number[];
}

/** An empty table of a shape. */
export function packedTable<Shape extends TableShape>(shape: Shape): PackedTable<Shape> {
  const columns = Object.entries(shape).map(([name, { delta }]) => [name, new PackedColumn(delta)]);
  return Object.fromEntries(columns) as PackedTable<Shape>;
}

/** The columns one behind the other, and where each ends. */
export function tableBytes(table: PackedTable<TableShape>): {
  bytes: Uint8Array<ArrayBuffer>;
  place: TablePlace;
} {
  const columns = Object.values(table).map((column) => column.packed());
  const rows = Object.values(table)[0]?.length ?? 0;
  const bytes = new Uint8Array(columns.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const column of columns) {
    bytes.set(column, at);
    at += column.length;
  }
  return { bytes, place: { rows, bytes: columns.map(({ length }) => length) } };
}

/** Unpacks a table column by column, so that who asks may let others have their turn between two of them. */
export function* unpackTable<Shape extends TableShape>(
  shape: Shape,
  bytes: Uint8Array,
  { rows, bytes: lengths }: TablePlace,
): Generator<undefined, Table<Shape>> {
  const columns: [string, Numbers][] = [];
  let at = 0;
  for (const [index, [name, column]] of Object.entries(shape).entries()) {
    const numbers = emptyColumn(column, rows);
    unpackColumn(bytes.subarray(at, at + lengths[index]), column.delta, numbers);
    at += lengths[index];
    columns.push([name, numbers]);
    yield;
  }
  return Object.fromEntries(columns) as Table<Shape>;
}

function emptyColumn({ array }: ColumnShape, rows: number): Numbers {
  if (array === "f64") return new Float64Array(rows);
  return array === "i32" ? new Int32Array(rows) : new Uint8Array(rows);
}
