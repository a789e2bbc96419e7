import { FIELD_ROWS_MAX } from "../limits.ts";
import type { Field } from "../model/model.ts";
import { type AggregateType, type CType, type Member, sizeOf } from "./expressions/c-types.ts";
import { lineAt } from "./tokens/source-file.ts";
import { sourceSpot } from "./tokens/token.ts";

/** Names that DEFINE_XEN_GUEST_HANDLE gives: the type of a handle in a struct, and of one passed in a register. */
export const handleName = /^__guest_handle_(?:64_)?/;

/** Field rows of an aggregate, members of unnamed type written out. Undefined when there are too many to list. */
export function fieldRows(aggregate: AggregateType): Field[] | undefined {
  const rows: Field[] = [];
  return addRows(aggregate, "", 0, rows) ? rows : undefined;
}

function addRows(aggregate: AggregateType, prefix: string, base: number, rows: Field[]): boolean {
  for (const member of aggregate.members) {
    // An unnamed bit field is padding: no row.
    if (member.name === undefined && member.bitWidth !== undefined) continue;
    if (rows.length >= FIELD_ROWS_MAX) return false;
    const index = rows.length;
    const row = rowOf(member, prefix, base, aggregate.size);
    rows.push(row);
    const inner = innerAggregate(member.use.type);
    if (inner === undefined) continue;
    const isArray = member.use.type.kind === "array";
    const path = member.name === undefined ? prefix : `${prefix}${member.name}${isArray ? "[]" : ""}.`;
    if (!addRows(inner, path, base + member.bitOffset, rows)) return false;
    if (member.name === undefined) rows[index] = { ...row, inside: rows.length - index - 1 };
  }
  return true;
}

/** The struct or union without a name of its own that a member's type is or is an array of. */
export function innerAggregate(type: CType): AggregateType | undefined {
  if (type.kind === "array") return innerAggregate(type.of.type);
  if (type.kind !== "struct" && type.kind !== "union") return undefined;
  return type.tag === undefined && type.typedefName === undefined ? type : undefined;
}

function rowOf(member: Member, prefix: string, base: number, holderSize: number): Field {
  const { type, spelling } = member.use;
  const handle = handleSpelling(type) ?? (handleName.test(spelling) ? spelling : undefined);
  const bits = base + member.bitOffset;
  const dimensions = dimensionsOf(type);
  const flexible = dimensions.length > 0 && (dimensions[0] === null || dimensions[0] === 0);
  const spot = sourceSpot(member.at);
  let size = flexible ? 0 : (sizeOf(type) ?? 0);
  let offset = bits / 8;
  if (member.bitWidth !== undefined) {
    // The storage unit of the declared type that holds the first bit.
    size = sizeOf(type) ?? 1;
    let unit = Math.floor(member.bitOffset / (size * 8)) * size;
    if (unit + size > holderSize) {
      // A packed struct may end before the unit does: the bytes that the bits are in.
      unit = Math.floor(member.bitOffset / 8);
      size = Math.ceil((member.bitOffset + member.bitWidth) / 8) - unit;
    }
    offset = base / 8 + unit;
  }
  return {
    path: member.name === undefined ? "<anon>" : `${prefix}${member.name}`,
    offset,
    size,
    type: handle ?? spelling,
    ...(dimensions.length > 0 ? { array: dimensions } : {}),
    ...(flexible ? { flexible: true as const } : {}),
    ...(type.kind === "pointer" ? { pointer: true as const } : {}),
    ...(handle === undefined ? {} : { handle: true as const }),
    ...(member.bitWidth !== undefined ? { bitOffset: bits, bitWidth: member.bitWidth } : {}),
    ...(member.name === undefined ? { anonymous: true as const } : {}),
    line: lineAt(spot.file, spot.offset),
    ...(member.macros.length > 0 ? { macros: member.macros } : {}),
  };
}

/** The handle macro's own name of a type, dimensions included, whatever typedef it is used through. */
function handleSpelling(type: CType): string | undefined {
  if (type.kind === "array") {
    const of = handleSpelling(type.of.type);
    if (of === undefined) return undefined;
    const at = of.indexOf("[") < 0 ? of.length : of.indexOf("[");
    return `${of.slice(0, at)}[${type.length ?? ""}]${of.slice(at)}`;
  }
  if (type.kind !== "struct" && type.kind !== "union") return undefined;
  const name = type.tag ?? type.typedefName ?? "";
  return handleName.test(name) ? name : undefined;
}

function dimensionsOf(type: CType): (number | null)[] {
  const dimensions: (number | null)[] = [];
  for (let at = type; at.kind === "array"; at = at.of.type) dimensions.push(at.length);
  return dimensions;
}
