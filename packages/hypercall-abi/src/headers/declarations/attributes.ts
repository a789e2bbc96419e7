import type { Cursor } from "../expressions/cursor.ts";
import { readExpression, type Scope } from "../expressions/expression.ts";
import { tokenIdentifier } from "../tokens/token.ts";

/** What `__attribute__` says about layout. */
export interface Attributes {
  /** Bytes; 0: none. */
  align: number;
  packed: boolean;
}

/** Attributes that change no layout. */
const harmless = new Set([
  "unused",
  "used",
  "deprecated",
  "may_alias",
  "noreturn",
  "format",
  "section",
  "weak",
  "const",
  "pure",
  "warn_unused_result",
  "nonnull",
  "always_inline",
  "noinline",
  "visibility",
  "designated_init",
]);

const alignMax = 4096;

/** Reads `__attribute__((...))` and `_Alignas(...)` wherever they stand, any number of them. */
export function readAttributes(cursor: Cursor, scope: Scope, into: Attributes): void {
  for (;;) {
    if (cursor.accept("__attribute__") ?? cursor.accept("__attribute")) {
      cursor.expect("(");
      cursor.expect("(");
      while (!cursor.at(")")) {
        if (cursor.accept(",") !== undefined) continue;
        readOne(cursor, scope, into);
      }
      cursor.expect(")");
      cursor.expect(")");
    } else if (cursor.accept("_Alignas") !== undefined) {
      cursor.expect("(");
      into.align = Math.max(into.align, readAlignment(cursor, scope));
      cursor.expect(")");
    } else if (cursor.accept("__packed") !== undefined) into.packed = true;
    else return;
  }
}

function readOne(cursor: Cursor, scope: Scope, into: Attributes): void {
  const name = cursor.token;
  if (name.kind !== tokenIdentifier) throw cursor.problem("the name of an attribute");
  cursor.take();
  const plain = name.text.replace(/^__(.*)__$/, "$1");
  if (plain === "packed") into.packed = true;
  else if (plain === "aligned") {
    if (cursor.accept("(") === undefined) {
      into.align = Math.max(into.align, scope.arch.pointerSize * 2);
      return;
    }
    into.align = Math.max(into.align, readAlignment(cursor, scope));
    cursor.expect(")");
    return;
  } else if (!harmless.has(plain)) {
    scope.complain(
      name,
      `unknown attribute '${name.text}'`,
      "an attribute whose effect on the layout is known",
    );
  }
  if (cursor.at("(")) skipParenthesis(cursor);
}

function readAlignment(cursor: Cursor, scope: Scope): number {
  const at = cursor.token;
  const { value } = readExpression(cursor, scope);
  const bytes = value === undefined ? 0 : Number(value);
  if (bytes >= 1 && bytes <= alignMax && (bytes & (bytes - 1)) === 0) return bytes;
  scope.complain(at, "an alignment that is no power of two", `1, 2, 4 ... ${alignMax}`);
  return 0;
}

/** Skips `( ... )` with all that is inside. */
export function skipParenthesis(cursor: Cursor): void {
  let depth = 0;
  do {
    if (cursor.done) throw cursor.problem("')'");
    const text = cursor.take().text;
    if (text === "(") depth++;
    else if (text === ")") depth--;
  } while (depth > 0);
}
