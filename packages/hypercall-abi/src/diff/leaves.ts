import { structKey, structOf } from "../model/field-of.ts";
import type { Abi, Field } from "../model/model.ts";

/** A member of a struct that has no members of its own in that struct: where it is, and what it is called. */
export interface Leaf {
  /** Dotted, as in the model. */
  readonly path: string;
  /** Bytes from the start of the struct. */
  readonly offset: number;
  /** Bytes of one element. */
  readonly size: number;
  /** `[4]`, `[]`, or nothing; arrays of structs around it are in `within`. */
  readonly dimensions: string;
  /** Arrays of structs around it, as `x16[4]` (stride and dimensions). */
  readonly within: string;
  /** Bit position and width of a bit field. */
  readonly bits: string;
  /** C spelling, dimensions included. */
  readonly type: string;
  /** The struct or union of a name of its own that the member is. */
  readonly struct: string | undefined;
  /** Macros that wrote a part of it. */
  readonly macros: readonly string[];
}

/** Structs inside structs that are written out; Xen's go five deep. */
const depthMax = 16;

/** The leaves of a struct; a member of a named struct type is one leaf. */
export function leavesOf(abi: Abi, key: string): Leaf[] {
  const rows = structOf(abi, key).fields;
  const leaves: Leaf[] = [];
  for (const row of rows) if (!row.anonymous && !isUnnamedType(row)) leaves.push(leafOf(abi, rows, row));
  return leaves;
}

/** The scalars of a leaf that is a struct, all the way down; any other leaf is itself. */
export function scalarsOf(abi: Abi, leaf: Leaf, depth = 0): Leaf[] {
  if (leaf.struct === undefined || depth >= depthMax) return [leaf];
  const isArray = leaf.dimensions !== "";
  const prefix = `${leaf.path}${isArray ? "[]" : ""}.`;
  const around = isArray ? `${leaf.within}x${leaf.size}${leaf.dimensions}` : leaf.within;
  const inner = leavesOf(abi, leaf.struct);
  if (inner.length === 0) return [leaf];
  return inner.flatMap((part) => {
    const [start, width] = part.bits.split(":");
    const moved: Leaf = {
      ...part,
      path: prefix + part.path,
      offset: leaf.offset + part.offset,
      within: around + part.within,
      bits: part.bits === "" ? "" : `${Number(start) + leaf.offset * 8}:${width}`,
      macros: [...leaf.macros, ...part.macros],
    };
    return scalarsOf(abi, moved, depth + 1);
  });
}

/** Bytes that a leaf takes, all elements of an array; arrays of structs around it count once. */
export function bytesOf(leaf: Leaf): number {
  const counts = [...leaf.dimensions.matchAll(/\[([0-9]*)\]/g)].map((m) => Number(m[1]));
  return counts.reduce((n, count) => n * count, leaf.size);
}

function leafOf(abi: Abi, rows: readonly Field[], row: Field): Leaf {
  const element = row.type.replace(/(?:\[[0-9]*\])+$/, "");
  const struct = row.pointer || row.handle ? undefined : structKey(abi, element);
  const count = countOf(row);
  return {
    path: row.path,
    offset: row.offset,
    size: struct !== undefined ? structOf(abi, struct).size : count > 0 ? row.size / count : 0,
    dimensions: dimensionsText(row),
    within: stridesAround(rows, row),
    bits: row.bitWidth === undefined ? "" : `${row.bitOffset}:${row.bitWidth}`,
    type: row.type,
    struct,
    macros: row.macros ?? [],
  };
}

function isUnnamedType(row: Field): boolean {
  return /^(?:struct|union) <anonymous>/.test(row.type);
}

function dimensionsText(row: Field): string {
  return (row.array ?? []).map((n) => `[${n ?? ""}]`).join("");
}

function countOf(row: Field): number {
  return (row.array ?? []).reduce<number>((n, length) => n * (length ?? 0), 1);
}

/** Strides of the arrays of unnamed structs that a row lies in: `a[].b` and `c[].d[].e`. */
function stridesAround(rows: readonly Field[], row: Field): string {
  let text = "";
  for (let at = row.path.indexOf("[]"); at >= 0; at = row.path.indexOf("[]", at + 2)) {
    const outer = rows.find((r) => r.path === row.path.slice(0, at));
    if (outer === undefined) continue;
    const count = countOf(outer);
    text += `x${count > 0 ? outer.size / count : 0}${dimensionsText(outer)}`;
  }
  return text;
}
