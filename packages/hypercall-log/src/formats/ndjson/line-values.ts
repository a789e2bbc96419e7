import { argumentShapeOf, type HalfShape } from "../../events/argument-shape.ts";
import { EventKind } from "../../events/event-kind.ts";
import { partsOf, type TemplatePart, type ValuePlace } from "../templates/template-parts.ts";
import { shapeTables } from "./call-scanner.ts";
import { MemberKind, type MemberTable } from "./member-table.ts";

/** A member with a number, in decimal or as a text in hex. */
const NUMBER = /"(\w+)":(?:"0x([0-9a-fA-F]+)"|(\d+)(?=[,}]))/g;
const SEGMENT = /"segments":\[(\{[^{}[\]]*\})\]/;
const ROWS = /"ops":\[(\{[^{}[\]]*\})(?:,\{[^{}[\]]*\})*\]/;
const LIST = /"(\w+)":\[("0x[0-9a-fA-F]+"(?:,"0x[0-9a-fA-F]+")*)\]/;
const LISTS = /\[/g;
/** Words of a DMA of one segment, and of a call's payload before its rows; the word of the count there. */
const DMA_WORDS = 13;
const HEAD_WORDS = 4;
const COUNT_WORD = 2;

/** Registers of a call's line. What nobody asks for differs from line to line, too. */
export const CallRegister = { id: 0, ret: 1, unused: 2 } as const;

/** How lines of one dialect say a call. */
export interface CallForm {
  /** What stands before an enter's arguments. */
  readonly argumentsBehind: RegExp;
  /** An exit's rows; its first group is the first row. */
  readonly resultRows: RegExp;
  /** Members by which a line goes another way than its layout says. */
  readonly unusual: RegExp;
  /** Whether lines of a sub-op may be read by their layout. */
  takes(nr: number, cmd: number): boolean;
}

/** The interchange format's form. */
export const ndjsonForm: CallForm = {
  argumentsBehind: /"args":\{/,
  resultRows: ROWS,
  unusual: /"(?:n|multicall|entry)":/,
  takes: () => true,
};

/** Values of a line, from its beginning on, and the payload without those that the values give. */
export interface LineValues {
  readonly places: readonly ValuePlace[];
  readonly image: Int32Array;
}

/** Which word of the payload, or register, a member's number goes to; null: none, every line says the same. */
type PlaceOf = (member: string) => { readonly word: number } | { readonly register: number } | null;

/** Values of a line of an entry of the guest's table or of a DMA; null: it is not one of the simple ones. */
export function eventValues(text: string, kind: number, payload: Int32Array): LineValues | null {
  if (kind === EventKind.guestP2m) {
    const words: Readonly<Record<string, number>> = { pfn: 0, mfn: 2, nr: 4 };
    return withoutValues(numbersIn(text, 0, text.length, at(words)), payload);
  }
  const segment = kind === EventKind.dma && payload.length === DMA_WORDS ? SEGMENT.exec(text) : null;
  if (segment === null) return null;
  const from = text.indexOf("{", segment.index);
  const words: Readonly<Record<string, number>> = { phys: 7, bus: 9, size: 11 };
  return withoutValues(numbersIn(text, from, from + segment[1].length, at(words)), payload);
}

/** Values of a call's line; null: it is not one of the simple ones. */
export function callValues(
  text: string,
  kind: number,
  nr: number,
  cmd: number,
  payload: Int32Array,
  form: CallForm,
): LineValues | null {
  const isEnter = kind === EventKind.enter;
  const inner = (isEnter ? form.argumentsBehind : form.resultRows).exec(text);
  const registers = (name: string): { readonly register: number } | null => {
    if (name === "id") return { register: CallRegister.id };
    if (name === "ret") return { register: CallRegister.ret };
    return name === "count" ? { register: CallRegister.unused } : null;
  };
  const places = numbersIn(text, 0, inner === null ? text.length : inner.index, registers);
  const shape = argumentShapeOf(nr, cmd);
  if (inner === null)
    return payload.length === HEAD_WORDS && payload[0] === 0 ? { places, image: payload } : null;
  if (shape === undefined) return null;
  const { arguments: own, inRow, out } = shapeTables[shape.index];
  let values: LineValues | null;
  if (!isEnter) values = rowValues(text, inner, out, shape.out, payload, true);
  else if (shape.subOp.argument === "rows")
    values = argumentRows(text, inner.index, own, inRow, shape.in, payload);
  else values = argumentValues(text, inner.index, own, shape.in, payload);
  return values === null ? null : { places: [...places, ...values.places], image: values.image };
}

/** Values of an argument with rows, which begins at `from`: those of the rows, and the count behind or before them. */
function argumentRows(
  text: string,
  from: number,
  own: MemberTable,
  inRow: MemberTable,
  half: HalfShape,
  payload: Int32Array,
): LineValues | null {
  const found = ROWS.exec(text);
  if (found === null) return null;
  const count = (name: string) => (kindOf(own, name) === MemberKind.count ? { word: COUNT_WORD } : null);
  const before = numbersIn(text, from, found.index, count);
  const after = numbersIn(text, found.index + found[0].length, text.length, count);
  const counts = [...before, ...after];
  const rows = rowValues(text, found, inRow, half, payload, counts.length === 0);
  if (rows === null) return null;
  return withoutValues([...before, ...rows.places, ...after], rows.image);
}

/** Values of the rows that were found in the text. `counted`: the payload's count is their number. */
function rowValues(
  text: string,
  found: RegExpExecArray,
  table: MemberTable,
  half: HalfShape,
  payload: Int32Array,
  counted: boolean,
): LineValues | null {
  if (half.lists.length > 0 || !half.isOps) return null;
  const from = text.indexOf("[", found.index) + 1;
  const size = found[1].length;
  const fields = withoutValues(
    numbersIn(text, from, from + size, fieldsOf(table, 0)),
    payload.slice(HEAD_WORDS, HEAD_WORDS + half.rowWords),
  );
  const row = cut(text, from, from + size, fields.places);
  const value: TemplatePart = { part: "rows", row, image: fields.image, counted };
  const to = found.index + found[0].length - 1;
  return { places: [{ from, to, value }], image: payload.slice(0, HEAD_WORDS) };
}

/** Values of an argument that is one struct, with at most one list. */
function argumentValues(
  text: string,
  from: number,
  own: MemberTable,
  half: HalfShape,
  payload: Int32Array,
): LineValues | null {
  const argument = text.slice(from);
  const lists = argument.match(LISTS)?.length ?? 0;
  const found = LIST.exec(argument);
  if (lists > 1 || (lists === 1 && found === null)) return null;
  const places = numbersIn(text, from, text.length, fieldsOf(own, HEAD_WORDS));
  if (found === null) return withoutValues(places, payload);
  const list = own.indices[own.names.indexOf(found[1])] ?? -1;
  if (kindOf(own, found[1]) !== MemberKind.list || half.lists[list].elementSize !== 8) return null;
  let word = HEAD_WORDS + payload[1] * half.rowWords;
  for (let before = 0; before < list; before++) word += 2 + 2 * payload[word + 1];
  const start = from + found.index + found[0].length - 1 - found[2].length;
  const value: TemplatePart = { part: "list", absent: half.lists.length - 1 - list };
  const withList = [...places, { from: start, to: start + found[2].length, value }];
  return withoutValues(
    withList.sort((a, b) => a.from - b.from),
    payload.slice(0, word),
  );
}

/** Where the members of a table go that are fields of the row which begins at word `row`. */
function fieldsOf(table: MemberTable, row: number): PlaceOf {
  return (name) => {
    const kind = kindOf(table, name);
    if (kind === MemberKind.count) return { word: COUNT_WORD };
    if (kind !== MemberKind.field && kind !== MemberKind.signedField) return null;
    return { word: row + 1 + 2 * table.indices[table.names.indexOf(name)] };
  };
}

function kindOf(table: MemberTable, name: string): number {
  const code = table.names.indexOf(name);
  return code < 0 ? MemberKind.unusual : table.kinds[code];
}

function at(words: Readonly<Record<string, number>>): PlaceOf {
  return (name) => (words[name] === undefined ? null : { word: words[name] });
}

/** The numbers of members in a part of the text that have a place. */
function numbersIn(text: string, from: number, to: number, placeOf: PlaceOf): ValuePlace[] {
  const places: ValuePlace[] = [];
  for (const { 0: whole, 1: name, 2: hex, 3: decimal, index } of text.slice(from, to).matchAll(NUMBER)) {
    const place = placeOf(name);
    // A register takes decimals only.
    if (place === null || ("register" in place && hex !== undefined)) continue;
    const end = from + index + whole.length - (hex === undefined ? 0 : 1);
    const begin = end - (hex ?? decimal).length;
    const value: TemplatePart =
      "register" in place
        ? { part: "register", register: place.register }
        : { part: hex === undefined ? "decimal" : "hex", word: place.word };
    places.push({ from: begin, to: end, value });
  }
  return places;
}

function withoutValues(places: readonly ValuePlace[], payload: Int32Array): LineValues {
  const image = payload.slice();
  for (const { value } of places) if ("word" in value) image.fill(0, value.word, value.word + 2);
  return { places, image };
}

function cut(text: string, from: number, to: number, places: readonly ValuePlace[]): readonly TemplatePart[] {
  return partsOf(Buffer.from(text, "latin1"), from, to, places);
}
