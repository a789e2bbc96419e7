import { NESTING_MAX, TYPE_BYTES_MAX } from "../../limits.ts";
import type { Architecture } from "../../model/architecture.ts";
import {
  type AggregateType,
  type BasicTypes,
  basicTypes,
  type EnumType,
  libraryTypes,
  sizeOf,
  type TypeUse,
} from "../expressions/c-types.ts";
import type { Value } from "../expressions/constant-value.ts";
import { type Cursor, SyntaxProblem } from "../expressions/cursor.ts";
import { customaryTypes, type TypeNames } from "../expressions/customary-types.ts";
import { readExpression, type Scope } from "../expressions/expression.ts";
import type { Diagnostics } from "../tokens/diagnostics.ts";
import { sourceSpot, type Token, tokenIdentifier } from "../tokens/token.ts";
import { readAggregateBody } from "./aggregate.ts";
import { type Attributes, readAttributes, skipParenthesis } from "./attributes.ts";
import { DeclarationTables } from "./declaration-tables.ts";
import { readEnumBody } from "./enumeration.ts";
import { combineKeywords, typeKeywords } from "./type-keywords.ts";

/** What stands before the declarators of a declaration. */
interface Specifiers {
  readonly use: TypeUse;
  readonly isTypedef: boolean;
  /** A struct, union or enum that has its body right here. */
  readonly defines: AggregateType | EnumType | undefined;
  /** Token indexes of that body, braces included. */
  readonly body: readonly [number, number] | undefined;
}

interface Declarator {
  readonly name: Token | undefined;
  readonly use: TypeUse;
}

const storage = new Set([
  "static",
  "extern",
  "register",
  "inline",
  "__inline__",
  "__inline",
  "auto",
  "_Noreturn",
]);
const qualifiers = new Set([
  "const",
  "volatile",
  "restrict",
  "__restrict",
  "__restrict__",
  "__const",
  "__volatile__",
  "__extension__",
]);

/** Reads the types of C declarations into tables. */
export class TypeReader implements Scope {
  readonly arch: Architecture;
  readonly basic: BasicTypes;
  readonly tables: DeclarationTables;
  readonly unknownIsZero = false;
  /** `#pragma pack` in force; 0: none. */
  pack = 0;
  /** What is read is given, not part of the headers: they may declare it again. */
  isGiven = false;
  private readonly diagnostics: Diagnostics;

  constructor(arch: Architecture, diagnostics: Diagnostics, start: Token, names: TypeNames | undefined) {
    this.arch = arch;
    this.basic = basicTypes(arch);
    this.diagnostics = diagnostics;
    const library = libraryTypes(this.basic);
    const given = new Map([...library, ...customaryTypes(library, this.basic, arch, names)]);
    this.tables = new DeclarationTables(given, start);
  }

  enumerator(name: string): Value | undefined {
    return this.tables.enumerators.get(name)?.value;
  }

  complain(at: Token, message: string, expected: string): void {
    this.diagnostics.error(sourceSpot(at), message, expected);
  }

  report(problem: SyntaxProblem): void {
    this.diagnostics.error(problem.spot, problem.message, problem.expected, problem.once);
  }

  startsType(cursor: Cursor): boolean {
    const { kind, text } = cursor.token;
    if (kind !== tokenIdentifier) return false;
    return (
      typeKeywords.has(text) ||
      qualifiers.has(text) ||
      text === "struct" ||
      text === "union" ||
      text === "enum" ||
      isTypeof(text) ||
      this.tables.typedefs.has(text)
    );
  }

  readTypeName(cursor: Cursor): TypeUse {
    const { use } = this.readSpecifiers(cursor);
    return this.readDeclarator(cursor, use).use;
  }

  readSpecifiers(cursor: Cursor): Specifiers {
    const attributes: Attributes = { align: 0, packed: false };
    const words: string[] = [];
    let use: TypeUse | undefined;
    let isTypedef = false;
    let isConst = false;
    let defines: AggregateType | EnumType | undefined;
    let body: readonly [number, number] | undefined;
    for (;;) {
      readAttributes(cursor, this, attributes);
      const token = cursor.token;
      if (token.kind !== tokenIdentifier) break;
      const text = token.text;
      if (text === "typedef") isTypedef = true;
      else if (qualifiers.has(text)) isConst ||= text === "const" || text === "__const";
      else if (!storage.has(text)) {
        if (use === undefined && typeKeywords.has(text)) words.push(text);
        else if (use !== undefined || words.length > 0) break;
        else if (text === "struct" || text === "union" || text === "enum") {
          const start = cursor.index;
          const found = text === "enum" ? this.enumSpecifier(cursor) : this.aggregateSpecifier(cursor, text);
          use = found.use;
          if (found.defined) {
            defines = use.type as AggregateType | EnumType;
            body = [start, cursor.index];
          }
          continue;
        } else if (isTypeof(text)) {
          use = this.typeof(cursor);
          continue;
        } else use = this.named(token, cursor.ahead(1).text === "(");
      }
      cursor.take();
    }
    if (words.length > 0) use = this.words(words, cursor);
    if (use === undefined) throw cursor.problem("a type");
    const spelling = isConst ? `const ${use.spelling}` : use.spelling;
    const align = Math.max(use.align, attributes.align);
    const exact = use.typedefAlign === undefined ? {} : { typedefAlign: use.typedefAlign };
    return { use: { type: use.type, spelling, align, ...exact }, isTypedef, defines, body };
  }

  private named(token: Token, call: boolean): TypeUse {
    const entry = this.tables.typedefs.get(token.text);
    if (entry !== undefined) {
      if (!entry.own && !this.isGiven) this.tables.note(token.text);
      return entry.own ? { ...entry.use, spelling: token.text } : entry.use;
    }
    const name = token.text.slice(0, 60);
    const cure = call ? `-D '${name}(...)=...'` : `-D ${name}=TYPE, such as uint32_t`;
    throw new SyntaxProblem(
      token,
      `unknown type '${name}'`,
      `a type that a header before this one declares, or ${cure}`,
      `type ${name}`,
    );
  }

  private words(words: readonly string[], cursor: Cursor): TypeUse {
    const type = combineKeywords(words, this.basic);
    if (type === undefined)
      throw new SyntaxProblem(cursor.token, `'${words.join(" ")}' is no type`, "a type of C");
    const spelling = type.kind === "void" ? "void" : type.name;
    return { type, spelling, align: 0 };
  }

  private typeof(cursor: Cursor): TypeUse {
    cursor.take();
    cursor.expect("(");
    const use = this.startsType(cursor) ? this.readTypeName(cursor) : readExpression(cursor, this).use;
    cursor.expect(")");
    return use;
  }

  private aggregateSpecifier(cursor: Cursor, kind: "struct" | "union"): { use: TypeUse; defined: boolean } {
    const keyword = cursor.take();
    const attributes: Attributes = { align: 0, packed: false };
    readAttributes(cursor, this, attributes);
    const tag = cursor.token.kind === tokenIdentifier ? cursor.take() : undefined;
    readAttributes(cursor, this, attributes);
    const key = tag === undefined ? undefined : `${kind} ${tag.text}`;
    const known = key === undefined ? undefined : this.tables.tags.get(key);
    let type = known as AggregateType | undefined;
    const opens = cursor.at("{");
    if (!opens && tag === undefined) throw cursor.problem(`a tag or a body after '${kind}'`);
    if (opens && (type?.complete || type?.open)) {
      const again = type.open ? "inside itself" : "a second time";
      this.complain(tag ?? keyword, `${key} is defined ${again}`, `one definition of ${key}`);
      type = undefined;
    }
    if (type === undefined) {
      type = newAggregate(kind, tag?.text, keyword);
      if (key !== undefined) this.tables.set(this.tables.tags, key, type);
    }
    const use: TypeUse = { type, spelling: key ?? `${kind} <anonymous>`, align: 0 };
    if (!opens) return { use, defined: false };
    type.at = tag ?? keyword;
    if (++cursor.depth > NESTING_MAX) throw cursor.problem(`at most ${NESTING_MAX} levels of nesting`);
    type.open = true;
    try {
      readAggregateBody(cursor, this, type, attributes, keyword);
    } finally {
      type.open = false;
    }
    cursor.depth--;
    return { use, defined: true };
  }

  private enumSpecifier(cursor: Cursor): { use: TypeUse; defined: boolean } {
    const keyword = cursor.take();
    const attributes: Attributes = { align: 0, packed: false };
    readAttributes(cursor, this, attributes);
    const tag = cursor.token.kind === tokenIdentifier ? cursor.take() : undefined;
    const key = tag === undefined ? undefined : `enum ${tag.text}`;
    const opens = cursor.at("{");
    if (!opens && tag === undefined) throw cursor.problem("a tag or a body after 'enum'");
    let type = key === undefined ? undefined : (this.tables.tags.get(key) as EnumType | undefined);
    if (opens && type?.complete) {
      this.complain(tag ?? keyword, `${key} is defined a second time`, `one definition of ${key}`);
      type = undefined;
    }
    if (type === undefined) {
      const at = tag ?? keyword;
      type = {
        kind: "enum",
        tag: tag?.text,
        integer: this.basic.unsignedInt,
        values: new Map(),
        at,
        complete: false,
      };
      if (key !== undefined) this.tables.set(this.tables.tags, key, type);
    }
    const use: TypeUse = { type, spelling: key ?? "enum <anonymous>", align: 0 };
    if (!opens) return { use, defined: false };
    type.at = keyword;
    readEnumBody(cursor, this, type, attributes);
    return { use, defined: true };
  }

  /** Reads `*name[3]`, `(*name)(...)`, or nothing at all (a type name). */
  readDeclarator(cursor: Cursor, base: TypeUse): Declarator {
    if (++cursor.depth > NESTING_MAX) throw cursor.problem(`at most ${NESTING_MAX} levels of nesting`);
    const attributes: Attributes = { align: 0, packed: false };
    let use = base;
    readAttributes(cursor, this, attributes);
    while (cursor.at("*") || qualifiers.has(cursor.token.text)) {
      if (cursor.take().text === "*") use = this.pointerTo(use);
      readAttributes(cursor, this, attributes);
    }
    let out: Declarator;
    if (cursor.at("(") && this.nestsDeclarator(cursor)) {
      const open = cursor.index;
      skipParenthesis(cursor);
      const whole = this.suffixes(cursor, use);
      const end = cursor.index;
      cursor.index = open + 1;
      out = this.readDeclarator(cursor, whole);
      cursor.expect(")");
      cursor.index = end;
    } else {
      const name = cursor.token.kind === tokenIdentifier ? cursor.take() : undefined;
      out = { name, use: this.suffixes(cursor, use) };
    }
    cursor.depth--;
    readAttributes(cursor, this, attributes);
    const align = Math.max(out.use.align, attributes.align);
    const packed = attributes.packed ? ({ packed: true } as const) : {};
    return { name: out.name, use: { ...out.use, align, ...packed } };
  }

  private pointerTo(to: TypeUse): TypeUse {
    const spelling = to.spelling.endsWith("*") ? `${to.spelling}*` : `${to.spelling} *`;
    return { type: { kind: "pointer", to, size: this.arch.pointerSize }, spelling, align: 0 };
  }

  private nestsDeclarator(cursor: Cursor): boolean {
    const next = cursor.ahead(1);
    if (next.text === "*" || next.text === "(" || next.text === "[") return true;
    return (
      next.kind === tokenIdentifier && !typeKeywords.has(next.text) && !this.tables.typedefs.has(next.text)
    );
  }

  private suffixes(cursor: Cursor, base: TypeUse): TypeUse {
    if (cursor.at("(")) {
      skipParenthesis(cursor);
      return { type: { kind: "function" }, spelling: `${base.spelling} (...)`, align: 0 };
    }
    const lengths: (number | null)[] = [];
    while (cursor.accept("[") !== undefined) {
      lengths.push(cursor.at("]") ? null : this.arrayLength(cursor));
      cursor.expect("]");
    }
    if (lengths.length === 0) return base;
    const written = lengths.map((n) => `[${n ?? ""}]`).join("");
    let use = base;
    for (const length of lengths.reverse()) {
      const align = use.align;
      use = {
        type: { kind: "array", of: use, length },
        spelling: `${base.spelling}${written}`,
        align,
      };
    }
    if ((sizeOf(use.type) ?? 0) > TYPE_BYTES_MAX)
      throw cursor.problem(`an array of at most ${TYPE_BYTES_MAX} bytes`);
    return use;
  }

  private arrayLength(cursor: Cursor): number {
    const at = cursor.token;
    const { value, why } = readExpression(cursor, this);
    if (value === undefined)
      throw new SyntaxProblem(at, `array length: ${why ?? "not a constant"}`, "a constant");
    if (value < 0n || value > BigInt(TYPE_BYTES_MAX)) {
      throw new SyntaxProblem(at, `array length ${value}`, `0 to ${TYPE_BYTES_MAX}`);
    }
    return Number(value);
  }
}

function isTypeof(text: string): boolean {
  return text === "__typeof__" || text === "typeof" || text === "__typeof";
}

function newAggregate(kind: "struct" | "union", tag: string | undefined, at: Token): AggregateType {
  return {
    kind,
    tag,
    typedefName: undefined,
    members: [],
    size: 0,
    align: 1,
    open: false,
    complete: false,
    attributed: false,
    broken: undefined,
    at,
    end: undefined,
  };
}
