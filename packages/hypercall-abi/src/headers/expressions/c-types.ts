import type { Architecture } from "../../model/architecture.ts";
import type { Token } from "../tokens/token.ts";

export interface IntegerType {
  readonly kind: "integer";
  /** The C standard's spelling. */
  readonly name: string;
  readonly size: number;
  readonly align: number;
  readonly signed: boolean;
  readonly rank: number;
}

export interface FloatType {
  readonly kind: "float";
  readonly name: string;
  readonly size: number;
  readonly align: number;
}

export interface VoidType {
  readonly kind: "void";
}

interface FunctionType {
  readonly kind: "function";
}

interface PointerType {
  readonly kind: "pointer";
  readonly to: TypeUse;
  readonly size: number;
}

interface ArrayType {
  readonly kind: "array";
  readonly of: TypeUse;
  /** Null: `[]`. */
  readonly length: number | null;
}

/** `enum`: its compatible integer type holds all values. */
export interface EnumType {
  readonly kind: "enum";
  readonly tag: string | undefined;
  integer: IntegerType;
  readonly values: Map<string, bigint>;
  at: Token;
  complete: boolean;
}

/** One member after layout. */
export interface Member {
  /** Undefined for an unnamed struct, union or bit field. */
  readonly name: string | undefined;
  readonly use: TypeUse;
  readonly bitWidth: number | undefined;
  /** Bits from the start of the aggregate. */
  readonly bitOffset: number;
  readonly at: Token;
  readonly macros: readonly string[];
}

/** A struct or union; `members` is filled when its body is read. */
export interface AggregateType {
  readonly kind: "struct" | "union";
  readonly tag: string | undefined;
  /** The first typedef of an aggregate without a tag. */
  typedefName: string | undefined;
  members: readonly Member[];
  size: number;
  align: number;
  /** Its body is being read. */
  open: boolean;
  complete: boolean;
  /** Attributes or unnamed bit fields shape the layout. */
  attributed: boolean;
  /** Why the layout is not known, when the body was read but could not be laid out. */
  broken: string | undefined;
  at: Token;
  /** The `}` of the body. */
  end: Token | undefined;
}

export type CType =
  | IntegerType
  | FloatType
  | VoidType
  | FunctionType
  | PointerType
  | ArrayType
  | EnumType
  | AggregateType;

/** A type as a declaration uses it: with the spelling and any alignment that attributes or typedefs add. */
export interface TypeUse {
  readonly type: CType;
  /** C spelling, typedef names kept. */
  readonly spelling: string;
  /** Explicit alignment in bytes; 0: natural. */
  readonly align: number;
  /**
   * Alignment that the type's typedef sets: it may be less than the natural one, and packed aggregates do not heed it.
   * Attributes elsewhere only raise it.
   */
  readonly typedefAlign?: number;
  /** `packed` on the type's own declaration. */
  readonly packed?: true;
}

/** The arithmetic types of one architecture. */
export interface BasicTypes {
  /** All integer types by their C spelling. */
  readonly byName: ReadonlyMap<string, IntegerType>;
  readonly bool: IntegerType;
  readonly char: IntegerType;
  readonly signedChar: IntegerType;
  readonly unsignedChar: IntegerType;
  readonly short: IntegerType;
  readonly unsignedShort: IntegerType;
  readonly int: IntegerType;
  readonly unsignedInt: IntegerType;
  readonly long: IntegerType;
  readonly unsignedLong: IntegerType;
  readonly longLong: IntegerType;
  readonly unsignedLongLong: IntegerType;
  /** Type of `sizeof`. */
  readonly size: IntegerType;
  readonly float: FloatType;
  readonly double: FloatType;
  readonly longDouble: FloatType;
  /** Bytes. */
  readonly pointerSize: number;
}

/** Builds the arithmetic types. */
export function basicTypes(arch: Architecture): BasicTypes {
  const byName = new Map<string, IntegerType>();
  const add = (name: string, size: number, signed: boolean, rank: number): IntegerType => {
    const align = size === 8 ? arch.longLongAlign : size;
    const type: IntegerType = { kind: "integer", name, size, align, signed, rank };
    byName.set(name, type);
    return type;
  };
  const longSize = arch.pointerSize;
  const bool = add("_Bool", 1, false, 0);
  const char = add("char", 1, arch.charSigned, 1);
  const signedChar = add("signed char", 1, true, 1);
  const unsignedChar = add("unsigned char", 1, false, 1);
  const short = add("short", 2, true, 2);
  const unsignedShort = add("unsigned short", 2, false, 2);
  const int = add("int", 4, true, 3);
  const unsignedInt = add("unsigned int", 4, false, 3);
  const long = add("long", longSize, true, 4);
  const unsignedLong = add("unsigned long", longSize, false, 4);
  const longLong = add("long long", 8, true, 5);
  const unsignedLongLong = add("unsigned long long", 8, false, 5);
  const doubleAlign = arch.longLongAlign;
  return {
    byName,
    bool,
    char,
    signedChar,
    unsignedChar,
    short,
    unsignedShort,
    int,
    unsignedInt,
    long,
    unsignedLong,
    longLong,
    unsignedLongLong,
    size: longSize === 8 ? unsignedLong : unsignedInt,
    float: { kind: "float", name: "float", size: 4, align: 4 },
    double: { kind: "float", name: "double", size: 8, align: doubleAlign },
    longDouble: {
      kind: "float",
      name: "long double",
      size: arch.longDoubleSize,
      align: arch.longDoubleSize === 12 ? 4 : arch.longDoubleSize,
    },
    pointerSize: arch.pointerSize,
  };
}

/** Names that a C library declares and that Xen's headers use without declaring them. */
export function libraryTypes(basic: BasicTypes): Map<string, TypeUse> {
  const wide = basic.pointerSize === 8;
  const names: readonly (readonly [string, IntegerType])[] = [
    ["bool", basic.bool],
    ["int8_t", basic.signedChar],
    ["uint8_t", basic.unsignedChar],
    ["int16_t", basic.short],
    ["uint16_t", basic.unsignedShort],
    ["int32_t", basic.int],
    ["uint32_t", basic.unsignedInt],
    ["int64_t", wide ? basic.long : basic.longLong],
    ["uint64_t", wide ? basic.unsignedLong : basic.unsignedLongLong],
    ["intptr_t", wide ? basic.long : basic.int],
    ["uintptr_t", wide ? basic.unsignedLong : basic.unsignedInt],
    ["size_t", basic.size],
    ["ssize_t", wide ? basic.long : basic.int],
    ["ptrdiff_t", wide ? basic.long : basic.int],
  ];
  return new Map(names.map(([name, type]) => [name, { type, spelling: name, align: 0 }]));
}

/** Bytes of a type; undefined for one that has no size (void, function, incomplete). */
export function sizeOf(type: CType): number | undefined {
  switch (type.kind) {
    case "integer":
    case "float":
    case "pointer":
      return type.size;
    case "enum":
      return type.integer.size;
    case "array": {
      const of = sizeOf(type.of.type);
      return of === undefined || type.length === null ? undefined : of * type.length;
    }
    case "struct":
    case "union":
      return type.complete && type.broken === undefined ? type.size : undefined;
    default:
      return undefined;
  }
}

/** Natural or explicit alignment of a use of a type. */
export function alignOf(use: TypeUse): number {
  return use.typedefAlign !== undefined ? use.align : Math.max(use.align, naturalAlign(use.type));
}

function naturalAlign(type: CType): number {
  switch (type.kind) {
    case "integer":
    case "float":
    case "struct":
    case "union":
      return type.align;
    case "enum":
      return type.integer.align;
    case "pointer":
      return type.size;
    case "array":
      return alignOf(type.of);
    default:
      return 1;
  }
}
