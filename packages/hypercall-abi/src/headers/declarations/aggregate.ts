import { type Layout, type LayoutMember, layOut } from "../../model/layout.ts";
import { type AggregateType, alignOf, type Member, sizeOf, type TypeUse } from "../expressions/c-types.ts";
import type { Cursor } from "../expressions/cursor.ts";
import { SyntaxProblem } from "../expressions/cursor.ts";
import { readExpression } from "../expressions/expression.ts";
import { type Token, tokenPragma } from "../tokens/token.ts";
import type { Attributes } from "./attributes.ts";
import { readAttributes } from "./attributes.ts";
import { applyPragma } from "./pragma.ts";
import { macrosOf } from "./provenance.ts";
import type { TypeReader } from "./type-reader.ts";

interface RawMember {
  readonly name: Token | undefined;
  readonly use: TypeUse;
  readonly bitWidth: number | undefined;
  readonly at: Token;
  readonly macros: readonly string[];
}

/** Reads `{ members }`, attributes after it, and works out the layout. */
export function readAggregateBody(
  cursor: Cursor,
  reader: TypeReader,
  type: AggregateType,
  attributes: Attributes,
  keyword: Token,
): void {
  cursor.expect("{");
  const members: RawMember[] = [];
  let broken: string | undefined;
  const own = new Set(macrosOf([keyword]));
  while (!cursor.at("}")) {
    if (cursor.done) throw cursor.problem("'}'");
    const depth = cursor.depth;
    const start = cursor.index;
    try {
      readMember(cursor, reader, members, own);
    } catch (problem) {
      if (!(problem instanceof SyntaxProblem)) throw problem;
      reader.report(problem);
      broken ??= problem.message;
      cursor.depth = depth;
      if (cursor.index === start) cursor.take();
      skipMember(cursor);
    }
  }
  type.end = cursor.expect("}");
  readAttributes(cursor, reader, attributes);
  place(type, members, reader, attributes, broken);
  reader.tables.complete(type);
  reader.tables.push(reader.tables.aggregates, type);
}

function readMember(
  cursor: Cursor,
  reader: TypeReader,
  members: RawMember[],
  own: ReadonlySet<string>,
): void {
  if (cursor.accept(";") !== undefined) return;
  if (cursor.token.kind === tokenPragma) {
    applyPragma(cursor.take(), reader);
    return;
  }
  const start = cursor.index;
  const { use, defines, body } = reader.readSpecifiers(cursor);
  const slice = (from: number): readonly string[] => {
    return macrosOf(cursor.tokens.slice(from, cursor.index + 1)).filter((macro) => !own.has(macro));
  };
  // What wrote the type counts for every declarator; what wrote the members of a body here does not.
  const shared = slice(body === undefined ? start : body[1]);
  if (cursor.at(";")) {
    const at = cursor.tokens[start];
    // A tagged type alone declares no member; GNU C takes an untagged one as an unnamed member.
    const untagged = defines !== undefined && defines.tag === undefined && defines.kind !== "enum";
    if (untagged) members.push({ name: undefined, use, bitWidth: undefined, at, macros: shared });
    cursor.take();
    return;
  }
  for (;;) {
    const from = cursor.index;
    const declarator = cursor.at(":") ? { name: undefined, use } : reader.readDeclarator(cursor, use);
    const at = declarator.name ?? cursor.token;
    const bitWidth = cursor.accept(":") === undefined ? undefined : readWidth(cursor, reader, declarator.use);
    if (declarator.name === undefined && bitWidth === undefined) throw cursor.problem("the name of a member");
    if (bitWidth === 0 && declarator.name !== undefined) {
      throw new SyntaxProblem(at, `bit field ${at.text} has width 0`, "a width of at least 1");
    }
    const attributes: Attributes = { align: declarator.use.align, packed: declarator.use.packed ?? false };
    readAttributes(cursor, reader, attributes);
    const packed = attributes.packed ? ({ packed: true } as const) : {};
    const whole: TypeUse = { ...declarator.use, align: attributes.align, ...packed };
    const macros = [...new Set([...shared, ...slice(from)])];
    members.push({ name: declarator.name, use: whole, bitWidth, at, macros });
    if (cursor.accept(",") === undefined) break;
  }
  cursor.expect(";");
}

function readWidth(cursor: Cursor, reader: TypeReader, use: TypeUse): number {
  const at = cursor.token;
  const { value, why } = readExpression(cursor, reader);
  const type = use.type.kind === "enum" ? use.type.integer : use.type;
  if (type.kind !== "integer")
    throw new SyntaxProblem(at, `a bit field of type ${use.spelling}`, "an integer type");
  if (value === undefined)
    throw new SyntaxProblem(at, `bit-field width: ${why ?? "not a constant"}`, "a constant");
  if (value < 0n || value > BigInt(type.size * 8)) {
    throw new SyntaxProblem(at, `bit-field width ${value}`, `0 to ${type.size * 8} for ${use.spelling}`);
  }
  return Number(value);
}

/** After an error: goes on behind the member's `;`, or stops before the body's `}`. */
function skipMember(cursor: Cursor): void {
  let depth = 0;
  while (!cursor.done) {
    const text = cursor.token.text;
    if (depth === 0 && text === "}") return;
    cursor.take();
    if (text === "{") depth++;
    else if (text === "}") depth--;
    else if (text === ";" && depth === 0) return;
  }
}

function place(
  type: AggregateType,
  raw: readonly RawMember[],
  reader: TypeReader,
  attributes: Attributes,
  earlier: string | undefined,
): void {
  let broken = earlier;
  const parts: LayoutMember[] = [];
  raw.forEach((member, i) => {
    const flexible = member.use.type.kind === "array" && member.use.type.length === null;
    const element = flexible ? member.use.type.of : member.use;
    const size = sizeOf(element.type) === undefined ? undefined : flexible ? 0 : sizeOf(member.use.type);
    if (size === undefined) {
      const name = member.name?.text ?? "<unnamed>";
      reader.complain(
        member.at,
        `member ${name} has no known size`,
        `a complete type, not ${member.use.spelling}`,
      );
      broken ??= `member ${name} has no known size`;
    }
    if (flexible && type.kind === "struct" && i !== raw.length - 1) {
      reader.complain(member.at, "a flexible array before the end", "the flexible array as last member");
    }
    parts.push({
      size: size ?? 0,
      align: alignOf(member.use),
      explicitAlign: member.use.align === member.use.typedefAlign ? 0 : member.use.align,
      packed: member.use.packed ?? false,
      bitWidth: member.bitWidth,
      named: member.name !== undefined,
    });
  });
  const { kind } = type;
  const { unnamedBitFieldAligns } = reader.arch;
  const layout = layOut(parts, { kind, ...attributes, pack: reader.pack, unnamedBitFieldAligns });
  type.size = layout.size;
  type.align = layout.align;
  type.attributed = !isNatural(layout, parts, raw, kind, unnamedBitFieldAligns);
  type.broken = broken;
  type.members = raw.map((member, i): Member => {
    const { use, bitWidth, at, macros } = member;
    return { name: member.name?.text, use, bitWidth, bitOffset: layout.bitOffsets[i], at, macros };
  });
}

/** Whether the types of the members that have a row alone, without attributes, give the same layout. */
function isNatural(
  layout: Layout,
  parts: readonly LayoutMember[],
  raw: readonly RawMember[],
  kind: "struct" | "union",
  unnamedBitFieldAligns: boolean,
): boolean {
  const listed = raw.map(({ name, bitWidth }) => name !== undefined || bitWidth === undefined);
  const plain = parts.flatMap((part, i) => {
    let { type } = raw[i].use;
    while (type.kind === "array") type = type.of.type;
    const align = alignOf({ type, spelling: "", align: 0 });
    return listed[i] ? [{ ...part, align, explicitAlign: 0, packed: false }] : [];
  });
  const natural = layOut(plain, { kind, packed: false, align: 0, pack: 0, unnamedBitFieldAligns });
  const offsets = layout.bitOffsets.filter((_, i) => listed[i]);
  const isSame = natural.bitOffsets.every((offset, i) => offset === offsets[i]);
  return isSame && natural.size === layout.size && natural.align === layout.align;
}
