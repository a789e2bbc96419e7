import { type Abi, fieldOf, ModelLookupError, structKey } from "@xgt/hypercall-abi";
import { type ArgumentShape, argumentShapes, type HalfShape } from "./argument-shape.ts";
import type { CallWriter } from "./call-writer.ts";

/** Where a scalar lies in its struct, in bytes. */
interface RawField {
  readonly offset: number;
  readonly size: number;
  readonly signed: boolean;
}

/** A member of a union: recorded only where the scalar at `by` passes `test`. */
interface RawChoice {
  readonly field: number;
  readonly by: RawField;
  readonly test: (value: number) => boolean;
}

interface RawList {
  /** Where the guest handle lies in the struct. */
  readonly handle: number;
  /** The scalar that says how many elements there are; null where the struct has none of that name. */
  readonly count: RawField | null;
}

/** One half of a call as its argument struct holds it. Entries stand in the order of the HalfShape's. */
export interface RawHalf {
  readonly fields: readonly (RawField | null)[];
  readonly choices: readonly RawChoice[];
  readonly lists: readonly (RawList | null)[];
}

/** A sub-op's argument struct in the architecture of one ABI model. */
export interface RawLayout {
  /** Bytes of the struct. */
  readonly size: number;
  readonly in: RawHalf;
  readonly out: RawHalf;
}

const XENMAPSPACE_GMFN_FOREIGN = 4;
const GNTCOPY_SOURCE_GREF = 1;
const GNTCOPY_DEST_GREF = 2;
const CACHE_SOURCE_GREF = 2 ** 31;
const TWO_POW_32 = 4294967296;

type Test = (value: number) => boolean;
const isForeign: Test = (space) => space === XENMAPSPACE_GMFN_FOREIGN;
const sourceIsRef: Test = (flags) => (flags & GNTCOPY_SOURCE_GREF) !== 0;
const destIsRef: Test = (flags) => (flags & GNTCOPY_DEST_GREF) !== 0;
const flushesRef: Test = (op) => op >= CACHE_SOURCE_GREF;
const not =
  (test: Test): Test =>
  (value) =>
    !test(value);

/** Which member of a union a call means: sub-op, member, scalar that tells, test (xen/include/public/memory.h, grant_table.h). */
const unionMembers: readonly (readonly [string, string, string, Test])[] = [
  ["add_to_physmap_batch", "foreign_domid", "space", isForeign],
  ["add_to_physmap_batch", "res0", "space", not(isForeign)],
  ["copy", "source.ref", "flags", sourceIsRef],
  ["copy", "source.gmfn", "flags", not(sourceIsRef)],
  ["copy", "dest.ref", "flags", destIsRef],
  ["copy", "dest.gmfn", "flags", not(destIsRef)],
  ["cache_flush", "ref", "op", flushesRef],
  ["cache_flush", "dev_bus_addr", "op", not(flushesRef)],
];

/** Where a member lies; null where this release has none of that name. */
function placeOf(abi: Abi, struct: string | null, path: string, signed: boolean): RawField | null {
  if (struct === null) return null;
  try {
    const { offset, size } = fieldOf(abi, struct, path);
    return { offset, size, signed };
  } catch (error) {
    if (error instanceof ModelLookupError) return null;
    throw error;
  }
}

function layOutHalf(abi: Abi, shape: ArgumentShape, half: HalfShape): RawHalf {
  const { subOp } = shape;
  const place = (path: string, struct: string | undefined, signed: boolean): RawField | null =>
    placeOf(abi, struct ?? subOp.struct, path, signed);
  const named = (name: string): RawField | null => {
    const field = subOp.fields.find((candidate) => candidate.name === name);
    return field === undefined ? null : place(field.path ?? field.name, field.struct, false);
  };
  const choices: RawChoice[] = [];
  for (const [op, member, teller, test] of unionMembers) {
    const field = half.fields.findIndex((candidate) => candidate.name === member);
    const by = op === subOp.name && field >= 0 ? named(teller) : null;
    if (by !== null) choices.push({ field, by, test });
  }
  return {
    fields: half.fields.map((field) => place(field.path ?? field.name, field.struct, field.signed === true)),
    choices,
    lists: half.lists.map((list) => {
      const handle = place(list.path, list.struct, false);
      return handle === null ? null : { handle: handle.offset, count: named(list.count) };
    }),
  };
}

/** Reads arguments that a recorder kept as raw 64-bit words, by the layouts of an ABI model. */
export class RawArguments {
  private readonly abi: Abi;
  private readonly layouts = new Array<RawLayout | null | undefined>(argumentShapes.length);

  constructor(abi: Abi) {
    this.abi = abi;
  }

  /** The layout of a sub-op's argument; null where it has none or the model does not hold its struct. */
  layoutOf(shape: ArgumentShape): RawLayout | null {
    const known = this.layouts[shape.index];
    if (known !== undefined) return known;
    const { struct } = shape.subOp;
    const key = struct === null ? undefined : structKey(this.abi, struct);
    const layout =
      key === undefined
        ? null
        : {
            size: this.abi.structs[key].size,
            in: layOutHalf(this.abi, shape, shape.in),
            out: layOutHalf(this.abi, shape, shape.out),
          };
    this.layouts[shape.index] = layout;
    return layout;
  }
}

/**
 * Writes one row from the struct at byte `from` of `words` (64-bit words, low halves first): the fields that end at or
 * before byte `end`, of a union's members the one that is meant.
 */
export function writeRawRow(
  writer: CallWriter,
  half: RawHalf,
  words: Int32Array,
  from: number,
  end: number,
): void {
  writer.beginRow();
  const { fields } = half;
  for (let index = 0; index < fields.length; index++) {
    const field = fields[index];
    if (field === null || from + field.offset + field.size > end) continue;
    if (half.choices.length > 0 && !isMeant(half, index, words, from, end)) continue;
    writeScalar(writer, index, field, words, from + field.offset);
  }
}

function isMeant(half: RawHalf, index: number, words: Int32Array, from: number, end: number): boolean {
  for (const { field, by, test } of half.choices) {
    if (field === index) return from + by.offset + by.size <= end && test(rawNumber(words, from, by));
  }
  return true;
}

function writeScalar(
  writer: CallWriter,
  index: number,
  field: RawField,
  words: Int32Array,
  at: number,
): void {
  const word = at >> 2;
  if (field.size === 8) {
    writer.setField(index, words[word], words[word + 1]);
    return;
  }
  // Bits above the member go out at the top, the sign comes in (or zeros do).
  const above = 32 - 8 * field.size;
  const low = (words[word] >>> (8 * (at & 3))) << above;
  if (field.signed) writer.setField(index, low >> above, low >> 31);
  else writer.setField(index, low >>> above, 0);
}

/** A scalar of the struct at byte `from`, unsigned: exact below 2^53. */
export function rawNumber(words: Int32Array, from: number, field: RawField): number {
  const at = from + field.offset;
  const word = at >> 2;
  if (field.size === 8) return (words[word + 1] >>> 0) * TWO_POW_32 + (words[word] >>> 0);
  const above = 32 - 8 * field.size;
  return (((words[word] >>> (8 * (at & 3))) << above) >>> above) >>> 0;
}
