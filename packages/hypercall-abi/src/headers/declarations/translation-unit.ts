import { type AggregateType, sizeOf, type TypeUse } from "../expressions/c-types.ts";
import { Cursor, SyntaxProblem } from "../expressions/cursor.ts";
import { readExpression } from "../expressions/expression.ts";
import type { SourceFile } from "../tokens/source-file.ts";
import { type Token, tokenPragma } from "../tokens/token.ts";
import { skipParenthesis } from "./attributes.ts";
import { applyPragma } from "./pragma.ts";
import type { TypeReader } from "./type-reader.ts";

/** Reads all declarations of one header's tokens; goes on behind what it cannot read. */
export function readTranslationUnit(tokens: readonly Token[], file: SourceFile, reader: TypeReader): void {
  const cursor = new Cursor(tokens, file);
  while (!cursor.done) {
    const start = cursor.index;
    try {
      readDeclaration(cursor, reader);
    } catch (problem) {
      if (!(problem instanceof SyntaxProblem)) throw problem;
      reader.report(problem);
      const at = cursor.tokens[start];
      reader.tables.push(reader.tables.setAside, {
        name: declaredName(tokens, start),
        at,
        reason: problem.message,
      });
      cursor.depth = 0;
      if (cursor.index === start) cursor.take();
      skipDeclaration(cursor);
    }
  }
}

function readDeclaration(cursor: Cursor, reader: TypeReader): void {
  if (cursor.accept(";") !== undefined) return;
  if (cursor.token.kind === tokenPragma) {
    applyPragma(cursor.take(), reader);
    return;
  }
  if (cursor.at("_Static_assert") || cursor.at("static_assert")) {
    readAssertion(cursor, reader);
    return;
  }
  const { tables } = reader;
  const { use, isTypedef, defines } = reader.readSpecifiers(cursor);
  if (cursor.accept(";") !== undefined) {
    return;
  }
  for (;;) {
    const declarator = reader.readDeclarator(cursor, use);
    const name = declarator.name;
    if (name === undefined) throw cursor.problem("a name");
    if (isTypedef) {
      const type = declarator.use.type;
      const isAggregate = type.kind === "struct" || type.kind === "union";
      if (isAggregate && type.tag === undefined && defines === type) nameAggregate(type, name.text);
      declareTypedef(reader, name, declarator.use);
    } else {
      const isFunction = declarator.use.type.kind === "function";
      tables.push(tables.setAside, {
        name: name.text,
        at: name,
        reason: isFunction ? "a function" : "an object",
      });
      if (isFunction && cursor.at("{")) {
        skipBraces(cursor);
        return;
      }
      if (cursor.accept("=") !== undefined) skipInitialiser(cursor);
    }
    if (cursor.accept(",") === undefined) break;
  }
  cursor.expect(";");
}

/** A header may declare for itself what is given, as long as none has used the given one in another size. */
function declareTypedef(reader: TypeReader, name: Token, use: TypeUse): void {
  const { tables } = reader;
  const before = tables.typedefs.get(name.text);
  const own = !reader.isGiven;
  const isFree = before === undefined || (!before.own && !tables.isNoted(name.text));
  if (isFree || isSameType(before.use, use)) {
    const exact = use.align > 0 ? { ...use, typedefAlign: use.align } : use;
    const named = own ? exact : { ...exact, spelling: name.text };
    tables.set(tables.typedefs, name.text, { use: named, at: name, own });
    return;
  }
  const what = `typedef ${name.text} is declared`;
  if (before.own) reader.complain(name, `${what} a second time, differently`, before.use.spelling);
  else
    reader.complain(
      name,
      `${what} after headers that use it, differently`,
      `${before.use.spelling}, or --types none`,
    );
}

/** C11 allows a typedef to be repeated. */
function isSameType(a: TypeUse, b: TypeUse): boolean {
  if (a.type === b.type) return true;
  return a.type.kind === b.type.kind && sizeOf(a.type) === sizeOf(b.type) && !("tag" in a.type);
}

function nameAggregate(type: AggregateType, name: string): void {
  type.typedefName ??= name;
}

function readAssertion(cursor: Cursor, reader: TypeReader): void {
  const at = cursor.take();
  const open = cursor.index;
  cursor.expect("(");
  const { value } = readExpression(cursor, reader);
  if (value === 0n) reader.complain(at, "an assertion of the headers does not hold", "a true condition");
  cursor.index = open;
  skipParenthesis(cursor);
  cursor.expect(";");
}

function skipBraces(cursor: Cursor): void {
  const open = cursor.token;
  let depth = 0;
  do {
    if (cursor.done) throw new SyntaxProblem(open, "the body that starts here has no end", "'}'");
    const text = cursor.take().text;
    if (text === "{") depth++;
    else if (text === "}") depth--;
  } while (depth > 0);
}

function skipInitialiser(cursor: Cursor): void {
  let depth = 0;
  while (!cursor.done) {
    const text = cursor.token.text;
    if (depth === 0 && (text === "," || text === ";")) return;
    if (text === "{" || text === "(" || text === "[") depth++;
    else if (text === "}" || text === ")" || text === "]") depth--;
    cursor.take();
  }
}

/** After an error: goes on behind the next `;` or `}` at the outermost level, or before what must begin anew. */
function skipDeclaration(cursor: Cursor): void {
  let depth = 0;
  while (!cursor.done) {
    const token = cursor.token;
    if (
      depth === 0 &&
      token.lineStart &&
      (token.text === "typedef" || token.text === "struct" || token.text === "union")
    ) {
      return;
    }
    cursor.take();
    if (token.text === "{") depth++;
    else if (token.text === "}") depth = Math.max(0, depth - 1);
    else if (token.text === ";" && depth === 0) return;
  }
}

/** Some name to call a declaration by that could not be read. */
function declaredName(tokens: readonly Token[], start: number): string {
  const words: string[] = [];
  for (let i = start; i < tokens.length && words.length < 3; i++) {
    const text = tokens[i].text;
    if (!/^[A-Za-z_]/.test(text)) break;
    words.push(text);
  }
  return words.join(" ").slice(0, 80) || (tokens[start]?.text ?? "").slice(0, 80);
}
