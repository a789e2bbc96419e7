import { GRANT_TABLE_OP, MEMORY_OP } from "@xgt/hypercall-abi";
import { type ArgumentShape, argumentShapeOf, type HalfShape } from "../../events/argument-shape.ts";
import type { RawArguments, RawHalf, RawLayout } from "../../events/raw-argument.ts";

/** Sub-ops that have a form, from 0 on: of grant_table_op, then of memory_op. */
const GRANT_FORMS = 16;
const MEMORY_FORMS = 32;
/** Numbers of a form: bytes of the struct, how many lists are behind it, then both halves. */
const FORM_NUMBERS = 64;
const HALF_NUMBERS = 31;
const FIELDS_MAX = 9;
/** Bytes of the fields that the module reads. */
const SIZES: readonly number[] = [1, 2, 4, 8];
/** Lists that the probes do not find through the struct's first word. */
const OTHER_LISTS: readonly string[] = ["idxs", "gpfns", "frame_list"];

/**
 * How the arguments of sub-ops lie in memory, for the module that reads lines: FORM_NUMBERS numbers each. Of a half the number
 * of its fields, words of a row, then each field's offset, bytes (0: this release has none of that name), and 1 where it is
 * signed; of a memory_op with a list there stands, in the place of the second half, the same of the field that counts its
 * elements. All zeros: arguments of which the reader of the format makes more than a copy.
 */
export function argumentForms(raw: RawArguments): Int32Array {
  const forms = new Int32Array((GRANT_FORMS + MEMORY_FORMS) * FORM_NUMBERS);
  const put = (form: number, numbers: readonly number[]): void => forms.set(numbers, form * FORM_NUMBERS);
  for (let cmd = 0; cmd < GRANT_FORMS; cmd++) put(cmd, formOf(raw, GRANT_TABLE_OP, cmd, grantForm));
  for (let cmd = 0; cmd < MEMORY_FORMS; cmd++)
    put(GRANT_FORMS + cmd, formOf(raw, MEMORY_OP, cmd, memoryForm));
  return forms;
}

type Form = (shape: ArgumentShape, layout: RawLayout) => readonly number[];

function formOf(raw: RawArguments, nr: number, cmd: number, form: Form): readonly number[] {
  const shape = argumentShapeOf(nr, cmd);
  const layout = shape === undefined ? null : raw.layoutOf(shape);
  return shape === undefined || layout === null ? [] : form(shape, layout);
}

/** The ops of a grant call. */
function grantForm({ subOp, in: asked, out }: ArgumentShape, layout: RawLayout): readonly number[] {
  const halves = [halfNumbers(asked, layout.in), halfNumbers(out, layout.out)];
  const hasLists = asked.lists.length > 0 || out.lists.length > 0;
  if (subOp.argument !== "rows" || hasLists || halves.some((half) => half.length === 0)) return [];
  return [layout.size, 0, ...padded(halves[0]), ...halves[1]];
}

/** A struct, and a list behind its first word. */
function memoryForm({ subOp, in: asked }: ArgumentShape, layout: RawLayout): readonly number[] {
  const half = halfNumbers(asked, layout.in);
  if (subOp.argument !== "struct" || half.length === 0) return [];
  const { lists } = layout.in;
  if (lists.length === 0) return [layout.size, 0, ...half];
  const [list] = lists;
  const isFirst = lists.length === 1 && list?.handle === 0 && !OTHER_LISTS.includes(asked.lists[0].name);
  const count = list?.count;
  if (!isFirst || count === null || count === undefined || !SIZES.includes(count.size)) return [];
  return [layout.size, 1, ...padded(half), count.offset, count.size];
}

function padded(half: readonly number[]): readonly number[] {
  return [...half, ...new Array<number>(HALF_NUMBERS - half.length).fill(0)];
}

function halfNumbers(half: HalfShape, { fields, choices }: RawHalf): readonly number[] {
  if (choices.length > 0 || fields.length === 0 || fields.length > FIELDS_MAX) return [];
  if (half.rowWords !== 1 + 2 * fields.length) return [];
  if (fields.some((field) => field !== null && !SIZES.includes(field.size))) return [];
  const places = fields.flatMap((field) =>
    field === null ? [0, 0, 0] : [field.offset, field.size, field.signed ? 1 : 0],
  );
  return [fields.length, half.rowWords, ...places];
}
