import { rowOf, scalarOf, structKey, structOf } from "../model/field-of.ts";
import type { Abi, Field } from "../model/model.ts";
import { CodecError } from "./codec-error.ts";
import { type Accessor, type FieldValue, scalarAccessor } from "./codec-scalars.ts";

/** A struct's members by name; members of unnamed structs and unions stand among the others. */
export type StructValue = { readonly [name: string]: FieldValue };

/** Bytes to named values and back, through the layout of one struct. */
export interface StructCodec {
  /** Key in the model: `struct xen_memory_reservation`. */
  readonly struct: string;
  /** Bytes. */
  readonly size: number;
  /**
   * Reads a struct at `offset`. A flexible array takes all whole elements that follow. Of a union every member is read.
   * Throws CodecError when the bytes end before the struct does.
   */
  decode(bytes: Uint8Array, offset?: number): StructValue;
  /**
   * Writes the named members over zeros. What is not named stays 0; of a union the last member named wins. Throws CodecError
   * for a name that is not there, a number that does not fit, or an array of another length.
   */
  encode(value: StructValue): Uint8Array;
}

const codecs = new WeakMap<Abi, Map<string, StructCodec>>();

/** The codec of a struct; made once per model. Throws ModelLookupError for a struct that is not in the model. */
export function codecOf(abi: Abi, struct: string): StructCodec {
  let known = codecs.get(abi);
  if (known === undefined) {
    known = new Map();
    codecs.set(abi, known);
  }
  const key = structKey(abi, struct) ?? struct;
  let codec = known.get(key);
  if (codec === undefined) {
    codec = makeCodec(abi, key);
    known.set(key, codec);
  }
  return codec;
}

/** A struct from bytes. See {@link StructCodec.decode}. */
export function decodeStruct(abi: Abi, struct: string, bytes: Uint8Array, offset = 0): StructValue {
  return codecOf(abi, struct).decode(bytes, offset);
}

/** A struct to bytes. See {@link StructCodec.encode}. */
export function encodeStruct(abi: Abi, struct: string, value: StructValue): Uint8Array {
  return codecOf(abi, struct).encode(value);
}

/** Little-endian bytes of 64-bit words, as trace events carry structs. */
export function bytesOfWords(words: ArrayLike<bigint>): Uint8Array {
  const bytes = new Uint8Array(words.length * 8);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < words.length; i++) view.setBigUint64(i * 8, BigInt.asUintN(64, words[i]), true);
  return bytes;
}

/** 64-bit words of bytes; the last one is filled up with zeros. */
export function wordsOfBytes(bytes: Uint8Array): BigUint64Array {
  const padded = new Uint8Array(Math.ceil(bytes.length / 8) * 8);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  return BigUint64Array.from({ length: padded.length / 8 }, (_, i) => view.getBigUint64(i * 8, true));
}

interface Member {
  readonly name: string;
  readonly accessor: Accessor;
}

function makeCodec(abi: Abi, key: string): StructCodec {
  const { size, fields } = structOf(abi, key);
  const members = membersOf(abi, fields, "", 0, [key]);
  return {
    struct: key,
    size,
    decode(bytes, offset = 0) {
      if (offset < 0 || offset + size > bytes.length) {
        throw new CodecError(key, `needs ${size} bytes at ${offset}, of ${bytes.length}`);
      }
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return readMembers(members, view, offset);
    },
    encode(value) {
      const bytes = new Uint8Array(size + extraBytes(members, value));
      writeMembers(members, new DataView(bytes.buffer), 0, value, key);
      return bytes;
    },
  };
}

/** Bytes that the flexible array of one of the members takes behind the struct; of a union's members that of the longest. */
function extraBytes(members: readonly Member[], value: FieldValue | undefined): number {
  if (typeof value !== "object" || Array.isArray(value)) return 0;
  const inner = value as StructValue;
  return members.reduce((most, { name, accessor }) => Math.max(most, accessor.extra?.(inner[name]) ?? 0), 0);
}

function readMembers(members: readonly Member[], view: DataView, base: number): StructValue {
  const value: Record<string, FieldValue> = {};
  for (const { name, accessor } of members) value[name] = accessor.read(view, base);
  return value;
}

function writeMembers(
  members: readonly Member[],
  view: DataView,
  base: number,
  value: FieldValue,
  path: string,
): void {
  if (typeof value !== "object" || Array.isArray(value))
    throw new CodecError(path, "is no object of members");
  for (const [name, inner] of Object.entries(value)) {
    const member = members.find((m) => m.name === name);
    if (member === undefined)
      throw new CodecError(`${path}.${name}`, `is no member; they are ${namesOf(members)}`);
    member.accessor.write(view, base, inner, `${path}.${name}`);
  }
}

function namesOf(members: readonly Member[]): string {
  const names = members.map((m) => m.name);
  return names.length > 12 ? `${names.slice(0, 12).join(", ")}, ...` : names.join(", ");
}

/** Members below a prefix. `origin` is where the prefix begins in the rows' own offsets; `around` are the structs it is in. */
function membersOf(
  abi: Abi,
  rows: readonly Field[],
  prefix: string,
  origin: number,
  around: readonly string[],
): Member[] {
  const members: Member[] = [];
  for (const row of rows) {
    if (row.anonymous || !row.path.startsWith(prefix)) continue;
    const name = row.path.slice(prefix.length);
    if (name === "" || name.includes(".")) continue;
    members.push({ name, accessor: accessorOf(abi, rows, row, origin, around) });
  }
  return members;
}

function accessorOf(
  abi: Abi,
  rows: readonly Field[],
  row: Field,
  origin: number,
  around: readonly string[],
): Accessor {
  const offset = row.offset - origin;
  const dimensions = row.array ?? [];
  const element = row.type.replace(/(?:\[[0-9]*\])+$/, "");
  const count = dimensions.reduce<number>((n, length) => n * (length ?? 0), 1);
  if (dimensions.length === 0)
    return elementAccessor(abi, rows, row, element, row.size, offset, origin, around);
  const size = count > 0 ? row.size / count : elementSize(abi, element);
  const one = elementAccessor(abi, rows, row, element, size, offset, origin, around);
  return row.flexible
    ? flexibleAccessor(one, size, offset)
    : arrayAccessor(one, dimensions as number[], size);
}

function elementSize(abi: Abi, type: string): number {
  const key = structKey(abi, type);
  return key === undefined ? (scalarOf(abi, type)?.size ?? 1) : structOf(abi, key).size;
}

function elementAccessor(
  abi: Abi,
  rows: readonly Field[],
  row: Field,
  type: string,
  size: number,
  offset: number,
  origin: number,
  around: readonly string[],
): Accessor {
  if (/^(?:struct|union) <anonymous>$/.test(type)) {
    const prefix = row.array === undefined ? `${row.path}.` : `${row.path}[].`;
    return structAccessor(membersOf(abi, rows, prefix, origin + offset, around), offset);
  }
  const key = row.pointer || row.handle ? undefined : structKey(abi, type);
  // A model file may contradict itself, or hold a struct in itself: then the member is a plain number of its size.
  if (key !== undefined && structOf(abi, key).size === size && !around.includes(key)) {
    return structAccessor(membersOf(abi, structOf(abi, key).fields, "", 0, [...around, key]), offset);
  }
  const signed = scalarOf(abi, type)?.signed ?? false;
  const bits =
    row.bitWidth === undefined || row.bitOffset === undefined
      ? undefined
      : { offset: row.bitOffset - origin * 8, width: row.bitWidth };
  return scalarAccessor({ offset, size, signed, wide: row.pointer || row.handle || size === 8, bits });
}

function structAccessor(members: readonly Member[], offset: number): Accessor {
  return {
    extra: (value) => extraBytes(members, value),
    read: (view, base) => readMembers(members, view, base + offset),
    write: (view, base, value, path) => writeMembers(members, view, base + offset, value, path),
  };
}

function arrayAccessor(one: Accessor, dimensions: readonly number[], size: number): Accessor {
  const [length, ...inner] = dimensions as [number, ...number[]];
  const stride = inner.reduce((n, d) => n * d, size);
  const element = inner.length === 0 ? one : arrayAccessor(one, inner, size);
  return {
    read: (view, base) => Array.from({ length }, (_, i) => element.read(view, base + i * stride)),
    write: (view, base, value, path) => {
      if (!Array.isArray(value) || value.length !== length)
        throw new CodecError(path, `needs an array of ${length}`);
      value.forEach((v: FieldValue, i: number) => {
        element.write(view, base + i * stride, v, `${path}[${i}]`);
      });
    },
  };
}

function flexibleAccessor(one: Accessor, size: number, offset: number): Accessor {
  return {
    extra: (value) => (Array.isArray(value) ? value.length * size : 0),
    read: (view, base) => {
      const left = view.byteLength - base - offset;
      const length = size > 0 ? Math.max(0, Math.floor(left / size)) : 0;
      return Array.from({ length }, (_, i) => one.read(view, base + i * size));
    },
    write: (view, base, value, path) => {
      if (!Array.isArray(value)) throw new CodecError(path, "needs an array");
      // In an element of another array it has no end of its own.
      if (base + offset + value.length * size > view.byteLength)
        throw new CodecError(path, `has no room for ${value.length} elements`);
      value.forEach((v: FieldValue, i: number) => {
        one.write(view, base + i * size, v, `${path}[${i}]`);
      });
    },
  };
}

/** The value of one field of a struct in bytes, by its path in the field rows. */
export function readField(abi: Abi, struct: string, path: string, bytes: Uint8Array): FieldValue {
  rowOf(abi, struct, path);
  let value: FieldValue = decodeStruct(abi, struct, bytes);
  for (const part of path.split(".")) {
    const name = part.replace(/\[\]$/, "");
    value = (value as StructValue)[name];
    if (part.endsWith("[]")) value = (value as readonly FieldValue[])[0];
  }
  return value;
}
