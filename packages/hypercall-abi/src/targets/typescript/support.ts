// What a generated module needs besides its classes: "support" comes first, "check" last; before that "bits", "lists", "values"
// and "layouts", where classes have bit fields or arrays, and where constants and classes are held. "example" is one class as
// the generator writes them, so that all of it is compiled and run here.

// ==== support
/** A struct or union in a buffer. Setters cut off what does not fit, as DataView does; encode() refuses it. */
export abstract class View {
  readonly $view: DataView;
  readonly $at: number;

  constructor(view: DataView, at: number) {
    this.$view = view;
    this.$at = at;
  }

  /** Elements of this width that the buffer has room for. */
  $room(at: number, width: number): number {
    return width === 0 ? 0 : Math.max(0, Math.floor((this.$view.byteLength - at) / width));
  }

  $octets(at: number, length: number): Uint8Array {
    return new Uint8Array(this.$view.buffer, this.$view.byteOffset + at, length);
  }
}

/** A class of views. */
export interface ViewType<V extends View> {
  new (view: DataView, at: number): V;
  readonly size: number;
  readonly align: number;
  readonly members: readonly string[];
  /** The open array at the end. */
  readonly tail?: { readonly member: string; readonly at: number; readonly width: number };
}

/** What decode() gives for a view: plain objects, arrays, numbers. */
export type ValueOf<V> = { [K in keyof V as K extends `$${string}` ? never : K]: PlainOf<V[K]> };
type PlainOf<T> = T extends View
  ? ValueOf<T>
  : T extends ViewArray<infer E>
    ? ValueOf<E>[]
    : T extends NumberArray | Uint8Array
      ? number[]
      : T extends BigIntArray
        ? bigint[]
        : T;

/** What encode() takes: members that are not named stay 0; of a union the last one named wins. */
export type ValueIn<V> = { [K in keyof V as K extends `$${string}` ? never : K]?: PlainIn<V[K]> };
type PlainIn<T> = T extends View
  ? ValueIn<T>
  : T extends ViewArray<infer E>
    ? Iterable<ValueIn<E>>
    : T extends NumberArray | Uint8Array
      ? Iterable<number>
      : T extends BigIntArray
        ? Iterable<bigint>
        : T;

/** A new one, all bytes 0. */
export function create<V extends View>(type: ViewType<V>): V {
  return new type(new DataView(new ArrayBuffer(type.size)), 0);
}

/** A view of bytes that are there. Throws RangeError where they end too early. */
export function over<V extends View>(type: ViewType<V>, bytes: Uint8Array, at = 0): V {
  if (at < 0 || at + type.size > bytes.length) {
    throw new RangeError(`${type.name} needs ${type.size} bytes at ${at}, of ${bytes.length}`);
  }
  return new type(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at);
}

/** A copy of all members as plain objects; of a union every member is read. Throws RangeError. */
export function decode<V extends View>(type: ViewType<V>, bytes: Uint8Array, at = 0): ValueOf<V> {
  return plainOf(over(type, bytes, at)) as ValueOf<V>;
}

/** Bytes of a struct. Throws RangeError for a number that does not fit, TypeError for a member that is not there. */
export function encode<V extends View>(type: ViewType<V>, value: ValueIn<V>): Uint8Array {
  const { tail } = type;
  const open = tail && (value as Record<string, unknown>)[tail.member];
  const extra = tail !== undefined && Array.isArray(open) ? tail.at + open.length * tail.width : 0;
  const bytes = new Uint8Array(Math.max(type.size, extra));
  assign(new type(new DataView(bytes.buffer), 0), value);
  return bytes;
}

/** Writes the members that are named. Throws as encode() does. */
export function assign<V extends View>(view: V, value: ValueIn<V>): void {
  const { name, members } = view.constructor as unknown as ViewType<V>;
  for (const [member, given] of Object.entries(value)) {
    if (!members.includes(member)) throw new TypeError(`${name} has no member ${member}`);
    Reflect.set(view, member, given);
    if (typeof given === "object") continue;
    if (Reflect.get(view, member) !== given) throw new RangeError(`${name}.${member}: ${String(given)} does not fit`);
  }
}

function plainOf(held: unknown): unknown {
  if (held instanceof View) {
    const { members } = held.constructor as unknown as ViewType<View>;
    return Object.fromEntries(members.map((member) => [member, plainOf(Reflect.get(held, member))]));
  }
  if (typeof held === "object") return [...(held as Iterable<unknown>)].map(plainOf);
  return held;
}

/** An array member of numbers. */
export class NumberArray {
  readonly $view: DataView;
  readonly $at: number;
  readonly length: number;
  readonly kind: "Int8" | "Int16" | "Uint16" | "Int32" | "Uint32";

  constructor(view: DataView, at: number, length: number, kind: NumberArray["kind"]) {
    this.$view = view;
    this.$at = at;
    this.length = length;
    this.kind = kind;
  }

  at(index: number): number {
    return this.$view[`get${this.kind}`](elementAt(this, index), true);
  }

  set(index: number, value: number): void {
    this.$view[`set${this.kind}`](elementAt(this, index), value, true);
  }

  get width(): number {
    return Number(this.kind.replace(/\D/g, "")) / 8;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }
}

/** An array member of 64-bit numbers. */
export class BigIntArray {
  readonly $view: DataView;
  readonly $at: number;
  readonly length: number;
  readonly width = 8;
  readonly kind: "BigInt64" | "BigUint64";

  constructor(view: DataView, at: number, length: number, kind: BigIntArray["kind"]) {
    this.$view = view;
    this.$at = at;
    this.length = length;
    this.kind = kind;
  }

  at(index: number): bigint {
    return this.$view[`get${this.kind}`](elementAt(this, index), true);
  }

  set(index: number, value: bigint): void {
    this.$view[`set${this.kind}`](elementAt(this, index), value, true);
  }

  *[Symbol.iterator](): IterableIterator<bigint> {
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }
}

/** An array member of structs or unions. */
export class ViewArray<V extends View> {
  readonly $view: DataView;
  readonly $at: number;
  readonly length: number;
  readonly type: ViewType<V>;

  constructor(type: ViewType<V>, view: DataView, at: number, length: number) {
    this.type = type;
    this.$view = view;
    this.$at = at;
    this.length = length;
  }

  at(index: number): V {
    return new this.type(this.$view, elementAt(this, index));
  }

  get width(): number {
    return this.type.size;
  }

  *[Symbol.iterator](): IterableIterator<V> {
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }
}

function elementAt(array: { $at: number; length: number; width: number }, index: number): number {
  if (index < 0 || index >= array.length) throw new RangeError(`element ${index} of ${array.length}`);
  return array.$at + index * array.width;
}

// ==== bits
function readBits(view: DataView, at: number, shift: number, width: number): bigint {
  let value = 0n;
  for (let i = Math.ceil((shift + width) / 8) - 1; i >= 0; i--) value = (value << 8n) | BigInt(view.getUint8(at + i));
  return BigInt.asUintN(width, value >> BigInt(shift));
}

function writeBits(view: DataView, at: number, shift: number, width: number, value: bigint): void {
  const mask = BigInt.asUintN(width, -1n) << BigInt(shift);
  const bits = BigInt.asUintN(width, value) << BigInt(shift);
  for (let i = 0; i * 8 < shift + width; i++) {
    const kept = view.getUint8(at + i) & ~Number((mask >> BigInt(i * 8)) & 0xffn);
    view.setUint8(at + i, kept | Number((bits >> BigInt(i * 8)) & 0xffn));
  }
}

// ==== lists
function assignArray<T>(array: { readonly length: number }, values: Iterable<T>): void {
  const list = [...values];
  if (list.length > array.length) throw new RangeError(`${list.length} values, room for ${array.length}`);
  list.forEach((value, i) => {
    if (array instanceof ViewArray) assign(array.at(i), value as object);
    else if (array instanceof Uint8Array) array[i] = value as number;
    else (array as NumberArray).set(i, value as number);
    const held = array instanceof Uint8Array ? array[i] : array instanceof ViewArray ? value : (array as NumberArray).at(i);
    if (held !== value) throw new RangeError(`[${i}]: ${String(value)} does not fit`);
  });
}

// ==== example
/** A frame, and bits of 12 and 4. */
export class Example extends View {
  static readonly size = 16;
  static readonly align = 8;
  static readonly members = ["frame", "order", "flags", "counts"] as const;

  get frame(): bigint {
    return this.$view.getBigUint64(this.$at, true);
  }
  set frame(value: bigint) {
    this.$view.setBigUint64(this.$at, value, true);
  }

  get order(): number {
    return Number(readBits(this.$view, this.$at + 8, 0, 12));
  }
  set order(value: number) {
    writeBits(this.$view, this.$at + 8, 0, 12, BigInt(value));
  }

  get flags(): number {
    return Number(readBits(this.$view, this.$at + 8, 12, 4));
  }
  set flags(value: number) {
    writeBits(this.$view, this.$at + 8, 12, 4, BigInt(value));
  }

  get counts(): NumberArray {
    return new NumberArray(this.$view, this.$at + 10, 3, "Uint16");
  }
  set counts(value: Iterable<number>) {
    assignArray(this.counts, value);
  }
}

/** What is wrong with the example. */
export function checkExample(): string[] {
  const wrong: string[] = [];
  checkLayout(wrong, Example, "example", 16, 8, ["frame 0 8", "order 64 12 bits", "flags 76 4 bits", "counts 10 6"]);
  return wrong;
}

// ==== check
/** A size, offset or value is not what is stated. */
export class LayoutError extends Error {
  override readonly name = "LayoutError";
}

// ==== values
function checkValue(wrong: string[], name: string, value: number | bigint, stated: number | bigint): void {
  if (value !== stated) wrong.push(`${name}: ${value}, not ${stated}`);
}

// ==== layouts
/** Rows: a member's name, offset and bytes, or first bit and bits; an open array has no size. Accessors are used, and the bytes looked at. */
function checkLayout<V extends View>(
  wrong: string[],
  type: ViewType<V>,
  title: string,
  size: number,
  align: number,
  rows: readonly string[],
): void {
  checkValue(wrong, `size of ${title}`, type.size, size);
  checkValue(wrong, `alignment of ${title}`, type.align, align);
  for (const row of rows) {
    const [name, start, length, unit] = row.split(" ") as [string, string, string, string?];
    const view = create(type);
    const held: unknown = Reflect.get(view, name);
    if (typeof held === "object" && held !== null) {
      const { offset, bytes } = placeOf(held);
      checkValue(wrong, `offset of ${title}.${name}`, offset, Number(start));
      if (unit !== "open") checkValue(wrong, `size of ${title}.${name}`, bytes, Number(length));
      continue;
    }
    Reflect.set(view, name, typeof held === "bigint" ? -1n : -1);
    const scale = unit === "bits" ? 1 : 8;
    const first = Number(start) * scale;
    const end = first + Number(length) * scale;
    for (let bit = 0; bit < Math.max(type.size, size) * 8; bit++) {
      const byte = bit >> 3 < type.size ? view.$view.getUint8(bit >> 3) : 0;
      const stated = bit >= first && bit < end;
      if (((byte >> (bit & 7)) & 1) !== Number(stated)) {
        wrong.push(`${title}.${name}: bit ${bit} is ${stated ? "not its own" : "not of it"}`);
        break;
      }
    }
  }
}

function placeOf(held: object): { offset: number; bytes: number } {
  if (held instanceof Uint8Array) return { offset: held.byteOffset, bytes: held.byteLength };
  if (held instanceof View) {
    return { offset: held.$at, bytes: (held.constructor as unknown as ViewType<View>).size };
  }
  const array = held as ViewArray<View> | NumberArray | BigIntArray;
  return { offset: array.$at, bytes: array.length * array.width };
}
