import type { Abi, Constant, Enum, Field, Struct } from "./model.ts";

/** Something that is asked of a model is not in it. */
export class ModelLookupError extends Error {
  override readonly name = "ModelLookupError";
  /** Names in the model that hold the wanted one; undefined: nobody looked for such. */
  readonly near: readonly string[] | undefined;

  constructor(message: string, near?: readonly string[]) {
    super(message);
    this.near = near;
  }
}

/** Where a scalar field lies and how its bits are read. */
export interface FieldPlace {
  /** Bytes from the start of the struct. */
  readonly offset: number;
  /** Bytes; of an array one element. */
  readonly size: number;
  /** False for what is no plain number. */
  readonly signed: boolean;
  /** C spelling, dimensions included. */
  readonly type: string;
  /** A C pointer. */
  readonly pointer: boolean;
  /** A guest handle: 8 bytes on Arm whatever the guest's width. */
  readonly handle: boolean;
  /** Elements of an array; 1 for a plain field, 0 for a flexible array. */
  readonly count: number;
  /** Bits from the start of the struct, and how many, of a bit field. */
  readonly bitOffset?: number;
  /** Bits of a bit field; absent for other members. */
  readonly bitWidth?: number;
}

/** The struct or union of that name; `struct ` may be left out. Throws ModelLookupError. */
export function structOf(abi: Abi, name: string): Struct {
  const found = abi.structs[structKey(abi, name) ?? ""];
  if (found === undefined) throw new ModelLookupError(`Xen ${abi.xen} ${abi.arch} has no struct '${name}'`);
  return found;
}

/** The key under which a model has an aggregate: by key, by tag, or by a typedef of it. */
export function structKey(abi: Abi, name: string): string | undefined {
  const seen = new Set<string>();
  for (let at: string | undefined = name; at !== undefined && !seen.has(at); at = typedefTarget(abi, at)) {
    seen.add(at);
    for (const key of [at, `struct ${at}`, `union ${at}`]) if (Object.hasOwn(abi.structs, key)) return key;
  }
  return undefined;
}

/** What a typedef stands for; undefined where the model has no typedef of that name. A model file may name anything. */
export function typedefTarget(abi: Abi, name: string): string | undefined {
  return Object.hasOwn(abi.typedefs, name) ? abi.typedefs[name].target : undefined;
}

/** The row of a field. Throws ModelLookupError. */
export function rowOf(abi: Abi, struct: string, path: string): Field {
  const row = structOf(abi, struct).fields.find((f) => f.path === path);
  if (row === undefined)
    throw new ModelLookupError(`'${struct}' of Xen ${abi.xen} ${abi.arch} has no field '${path}'`);
  return row;
}

/**
 * Where a field lies, for decoders that work out offsets once. `path` may go through members of named struct type
 * ("source.u.ref" of `struct gnttab_copy`), which field rows do not write out. Throws ModelLookupError.
 */
export function fieldOf(abi: Abi, struct: string, path: string): FieldPlace {
  const rows = structOf(abi, struct).fields;
  const row = rows.find((f) => f.path === path && !f.anonymous);
  if (row !== undefined) return placeOf(abi, row, 0);
  // The longest row that is a struct of its own and a prefix of the path.
  const outer = rows
    .filter((f) => !f.anonymous && path.startsWith(`${f.path}.`) && structKey(abi, f.type) !== undefined)
    .sort((a, b) => b.path.length - a.path.length)[0];
  if (outer === undefined) {
    throw new ModelLookupError(`'${struct}' of Xen ${abi.xen} ${abi.arch} has no field '${path}'`);
  }
  const inner = fieldOf(abi, outer.type, path.slice(outer.path.length + 1));
  const bits = inner.bitOffset === undefined ? {} : { bitOffset: inner.bitOffset + outer.offset * 8 };
  return { ...inner, offset: inner.offset + outer.offset, ...bits };
}

/** The value of a constant. Throws ModelLookupError. */
export function constantOf(abi: Abi, name: string): bigint {
  return BigInt(constantEntry(abi, name).value);
}

/** The value of a constant that fits a JavaScript number. Throws ModelLookupError, also when it does not fit. */
export function numberOf(abi: Abi, name: string): number {
  const value = Number(constantEntry(abi, name).value);
  if (!Number.isSafeInteger(value)) throw new ModelLookupError(`constant '${name}' is over 53 bits`);
  return value;
}

function constantEntry(abi: Abi, name: string): Constant {
  const found = Object.hasOwn(abi.constants, name) ? abi.constants[name] : undefined;
  if (found === undefined) throw new ModelLookupError(`Xen ${abi.xen} ${abi.arch} has no constant '${name}'`);
  return found;
}

function placeOf(abi: Abi, row: Field, base: number): FieldPlace {
  const count = row.flexible ? 0 : (row.array ?? []).reduce<number>((n, length) => n * (length ?? 0), 1);
  const element = row.type.replace(/(?:\[[0-9]*\])+$/, "");
  const scalar = scalarOf(abi, element);
  const size = count > 0 ? row.size / count : (scalar?.size ?? 0);
  const bits =
    row.bitWidth === undefined || row.bitOffset === undefined
      ? {}
      : { bitOffset: row.bitOffset + base * 8, bitWidth: row.bitWidth };
  return {
    offset: row.offset + base,
    size,
    signed: scalar?.signed ?? false,
    type: row.type,
    pointer: row.pointer ?? false,
    handle: row.handle ?? false,
    count,
    ...bits,
  };
}

const plainScalars: ReadonlyMap<string, { readonly size: number; readonly signed: boolean }> = new Map([
  ["int8_t", { size: 1, signed: true }],
  ["int16_t", { size: 2, signed: true }],
  ["int32_t", { size: 4, signed: true }],
  ["int64_t", { size: 8, signed: true }],
  ["uint8_t", { size: 1, signed: false }],
  ["uint16_t", { size: 2, signed: false }],
  ["uint32_t", { size: 4, signed: false }],
  ["uint64_t", { size: 8, signed: false }],
  ["signed char", { size: 1, signed: true }],
  ["unsigned char", { size: 1, signed: false }],
  ["_Bool", { size: 1, signed: false }],
  ["bool", { size: 1, signed: false }],
  ["short", { size: 2, signed: true }],
  ["unsigned short", { size: 2, signed: false }],
  ["int", { size: 4, signed: true }],
  ["unsigned int", { size: 4, signed: false }],
  ["long long", { size: 8, signed: true }],
  ["unsigned long long", { size: 8, signed: false }],
]);

/** Size and sign of a C type that is a plain number, typedefs followed; undefined for anything else. */
export function scalarOf(
  abi: Abi,
  type: string,
): { readonly size: number; readonly signed: boolean } | undefined {
  const wide = abi.arch === "arm64" || abi.arch === "x86_64" ? 8 : 4;
  const seen = new Set<string>();
  let alias = type;
  for (let at: string | undefined = type.replace(/^const /, ""); at !== undefined && !seen.has(at); ) {
    seen.add(at);
    const known = plainScalars.get(at);
    if (known !== undefined) return known;
    if (at === "long" || at === "ssize_t" || at === "intptr_t" || at === "ptrdiff_t")
      return { size: wide, signed: true };
    if (at === "unsigned long" || at === "size_t" || at === "uintptr_t") return { size: wide, signed: false };
    if (at === "char") return { size: 1, signed: abi.arch.startsWith("x86") };
    if (at.startsWith("enum ")) {
      const known = at === "enum <anonymous>" ? untaggedEnum(abi, alias) : ownEnum(abi, at);
      return { size: known?.size ?? 4, signed: Object.values(known?.values ?? {}).some((v) => v < 0) };
    }
    alias = at;
    at = typedefTarget(abi, at)?.replace(/^const /, "");
  }
  return undefined;
}

function ownEnum(abi: Abi, key: string): Enum | undefined {
  return Object.hasOwn(abi.enums, key) ? abi.enums[key] : undefined;
}

/** The enum without a tag that a typedef names: the last one that begins before the name does. */
function untaggedEnum(abi: Abi, alias: string): Enum | undefined {
  const typedef = Object.hasOwn(abi.typedefs, alias) ? abi.typedefs[alias] : undefined;
  if (typedef === undefined) return undefined;
  const before = Object.entries(abi.enums)
    .filter(([key, { file, line, size }]) => {
      const isUntagged = key.startsWith("enum <anonymous>@") && file === typedef.file;
      return isUntagged && line <= typedef.line && size === typedef.size;
    })
    .map(([, value]) => value);
  return before.sort((a, b) => b.line - a.line)[0];
}
