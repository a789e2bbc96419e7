import type { Constant, Unmodelled } from "../model/model.ts";
import type { TypeReader } from "./declarations/type-reader.ts";
import { Cursor, SyntaxProblem } from "./expressions/cursor.ts";
import { readExpression } from "./expressions/expression.ts";
import { readStringLiteral } from "./expressions/literal.ts";
import { type Macro, macroDigest } from "./preprocess/macro.ts";
import type { Preprocessor } from "./preprocess/preprocess.ts";
import { lineAt } from "./tokens/source-file.ts";
import { makeToken, type Token, tokenEnd, tokenIdentifier, tokenString } from "./tokens/token.ts";

/** What the macros of the headers are. */
interface MacroFacts {
  readonly constants: Record<string, Constant>;
  readonly strings: Record<string, string>;
  readonly unmodelled: Unmodelled[];
}

/** Setting this key on a JavaScript object sets its prototype and no member. */
export const unusableName = "__proto__";

/** Works out every object-like macro that is defined at the end: a number with a C type, a string, or neither. */
export function evaluateMacros(preprocessor: Preprocessor, reader: TypeReader): MacroFacts {
  const facts: MacroFacts = { constants: {}, strings: {}, unmodelled: [] };
  for (const macro of preprocessor.macros.values()) {
    if (!macro.predefined) evaluateOne(macro, preprocessor, reader, facts);
  }
  return facts;
}

function evaluateOne(macro: Macro, preprocessor: Preprocessor, reader: TypeReader, facts: MacroFacts): void {
  const { name, at } = macro;
  const place = { file: at.file.path, line: lineAt(at.file, at.offset) };
  const setAside = (reason: string, isCode = true): void => {
    facts.unmodelled.push({ name, ...place, reason, ...(isCode ? { tokens: macroDigest(macro) } : {}) });
  };
  if (macro.parameters !== undefined) {
    setAside("a function-like macro");
    return;
  }
  if (macro.body.length === 0) return;
  if (name === unusableName) {
    setAside("a name that JSON objects keep for themselves", false);
    return;
  }
  const use = makeToken(tokenIdentifier, name, at.file, at.offset, false, false);
  preprocessor.expander.recursive.clear();
  const tokens = preprocessor.expander.expandList([use]);
  if (tokens.length === 0) return;
  // C11 6.10.3.4: a name that meets itself stays a name. `#define X X` announces an enumerator, a function or a guard.
  if (preprocessor.expander.recursive.size > 0 && !tokens.every((t) => isKnown(t, reader))) {
    setAside("refers to itself", false);
    return;
  }
  if (tokens.every((t) => t.kind === tokenString)) {
    const parts = tokens.map((t) => readStringLiteral(t.text));
    const text = parts.reduce((a, b) => (a === undefined || b === undefined ? undefined : a + b), "");
    if (text === undefined) setAside("a string of bytes that are no text");
    else facts.strings[name] = text;
    return;
  }
  const outcome = evaluate(tokens, reader, at);
  if (typeof outcome === "string") setAside(outcome);
  else facts.constants[name] = { ...outcome, ...place };
}

/** Whether a token means something once macros are replaced: an enumerator, or no name at all. */
function isKnown(token: Token, reader: TypeReader): boolean {
  return token.kind !== tokenIdentifier || reader.enumerator(token.text) !== undefined;
}

function evaluate(
  tokens: readonly Token[],
  reader: TypeReader,
  at: Token,
): { value: string; type: string } | string {
  const first = tokens[0];
  if (first.text === "{") return "an initialiser list";
  const cursor = new Cursor([...tokens, makeToken(tokenEnd, "", at.file, at.offset, true, true)], at.file);
  try {
    if (reader.startsType(cursor)) {
      reader.readTypeName(cursor);
      return cursor.done ? "names a type" : "no number: a declaration";
    }
    const { value, use, why, fault } = readExpression(cursor, reader);
    if (!cursor.done) throw cursor.problem("the end of an expression");
    if (fault !== undefined) reader.complain(fault.at, fault.message, fault.expected);
    if (value === undefined) return `no number: ${why ?? "not a constant"}`;
    const type = use.type.kind === "enum" ? use.type.integer : use.type;
    if (type.kind !== "integer") return `no number: ${use.spelling}`;
    return { value: value.toString(), type: type.name };
  } catch (problem) {
    if (!(problem instanceof SyntaxProblem)) throw problem;
    return `no number: ${problem.message}`;
  }
}
