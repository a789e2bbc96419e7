import { CodecError } from "./codec-error.ts";

/** What a member holds: 64-bit numbers, pointers and handles are bigint, smaller numbers are number. */
export type FieldValue = number | bigint | readonly FieldValue[] | { readonly [name: string]: FieldValue };

/** Reads and writes one member, relative to where its struct begins. */
export interface Accessor {
  /** The value that the bytes hold. */
  read(view: DataView, base: number): FieldValue;
  /** Puts a value into the bytes; throws CodecError where it does not fit. */
  write(view: DataView, base: number, value: FieldValue, path: string): void;
  /** Bytes that a value takes behind the struct's own, because of a flexible array; absent: none. */
  readonly extra?: (value: FieldValue | undefined) => number;
}

interface ScalarPlace {
  readonly offset: number;
  readonly size: number;
  readonly signed: boolean;
  /** Read as bigint whatever the size. */
  readonly wide: boolean;
  readonly bits: { readonly offset: number; readonly width: number } | undefined;
}

/** Accessor of a plain number, a pointer, a handle or a bit field. All of Xen's architectures are little endian. */
export function scalarAccessor(place: ScalarPlace): Accessor {
  const { offset, size, signed, wide, bits } = place;
  const width = bits?.width ?? size * 8;
  const shift = bits === undefined ? 0 : bits.offset % 8;
  const start = bits === undefined ? offset : Math.floor(bits.offset / 8);
  const length = Math.ceil((shift + width) / 8);
  const mask = (1n << BigInt(width)) - 1n;
  return {
    read: (view, base) => {
      const raw = (readUnsigned(view, base + start, length) >> BigInt(shift)) & mask;
      const value = signed ? BigInt.asIntN(width, raw) : raw;
      return wide && bits === undefined ? value : Number(value);
    },
    write: (view, base, value, path) => {
      const number = integerOf(value, path);
      const low = signed ? -(1n << BigInt(width - 1)) : 0n;
      const high = signed ? (1n << BigInt(width - 1)) - 1n : mask;
      if (number < low || number > high)
        throw new CodecError(path, `is ${number}; it holds ${low} to ${high}`);
      const kept = readUnsigned(view, base + start, length) & ~(mask << BigInt(shift));
      writeUnsigned(view, base + start, length, kept | ((number & mask) << BigInt(shift)));
    },
  };
}

function integerOf(value: FieldValue, path: string): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  throw new CodecError(path, "needs a whole number");
}

function readUnsigned(view: DataView, at: number, length: number): bigint {
  switch (length) {
    case 1:
      return BigInt(view.getUint8(at));
    case 2:
      return BigInt(view.getUint16(at, true));
    case 4:
      return BigInt(view.getUint32(at, true));
    case 8:
      return view.getBigUint64(at, true);
    default: {
      let value = 0n;
      for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(view.getUint8(at + i));
      return value;
    }
  }
}

function writeUnsigned(view: DataView, at: number, length: number, value: bigint): void {
  for (let i = 0; i < length; i++) view.setUint8(at + i, Number((value >> BigInt(i * 8)) & 0xffn));
}
