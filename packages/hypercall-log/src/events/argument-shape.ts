import { type ArgumentField, type ArgumentList, decodedSubOps, type SubOp } from "@xgt/hypercall-abi";

/** Words before the first row of a call's payload: recorded, rows, count (two words). */
export const ROWS_AT = 4;
/** Words of a row before its first field: the mask of recorded fields. */
export const FIELDS_AT = 1;
/** Words of a list before its first element: state, number of elements. */
export const ELEMENTS_AT = 2;
/** High word of an element of a 4-byte list that Xen did not write (`null` in `errs`). */
export const NOT_WRITTEN = 1;

/**
 * How the payload of one half of a call is laid out: each row is `[mask, field u64 ...]` (bit n of the mask: field n
 * was recorded), each list `[ListState, n, element u64 ...]`, in the order of these arrays. Signed values are sign
 * extended to 64 bits. An op whose argument is one struct has one row, one without argument none. An op with rows has
 * its lists once, those of row 0: Xen takes no more than one row where a row has a list (setup_table,
 * get_status_frames; xen/common/grant_table.c@master).
 */
export interface HalfShape {
  readonly fields: readonly ArgumentField[];
  readonly lists: readonly ArgumentList[];
  /** Words of one row. */
  readonly rowWords: number;
  /** Whether a row is one of `count` ops; otherwise there is one at most, the argument itself. */
  readonly isOps: boolean;
}

export interface ArgumentShape {
  readonly subOp: SubOp;
  /** Position in `argumentShapes`: a dense number for dispatch. */
  readonly index: number;
  /** What the guest passes, and what Xen writes. */
  readonly in: HalfShape;
  readonly out: HalfShape;
}

function half(subOp: SubOp, other: "in" | "out"): HalfShape {
  const fields = subOp.fields.filter((field) => field.direction !== other);
  const lists = subOp.lists.filter((list) => list.direction !== other);
  return { fields, lists, rowWords: FIELDS_AT + 2 * fields.length, isOps: subOp.argument === "rows" };
}

/** A multicall's own argument: nothing but its number of entries. */
export const MULTICALL_SHAPE: HalfShape = { fields: [], lists: [], rowWords: FIELDS_AT, isOps: true };

/** The shape of every known sub-op. */
export const argumentShapes: readonly ArgumentShape[] = decodedSubOps.map((subOp, index) => ({
  subOp,
  index,
  in: half(subOp, "out"),
  out: half(subOp, "in"),
}));

/** Above every known hypercall's and sub-op's number. */
const NUMBERS = 64;
/** Position in `argumentShapes` by number of hypercall and sub-op, -1 where it is unknown. */
const positions = new Int16Array(NUMBERS * NUMBERS).fill(-1);
for (const { subOp, index } of argumentShapes) positions[subOp.nr * NUMBERS + subOp.cmd] = index;

/** Shape of a sub-op by its numbers, undefined where it is unknown. */
export function argumentShapeOf(nr: number, cmd: number): ArgumentShape | undefined {
  if (nr < 0 || nr >= NUMBERS || cmd < 0 || cmd >= NUMBERS) return undefined;
  const position = positions[nr * NUMBERS + cmd];
  return position < 0 ? undefined : argumentShapes[position];
}

/** Position of a field in a half; throws where there is none, a mistake of the caller. */
export function fieldIndex(half: HalfShape, name: string): number {
  const index = half.fields.findIndex((field) => field.name === name);
  if (index < 0) throw new Error(`no argument field ${name}`);
  return index;
}
