import type { Diagnostics } from "../tokens/diagnostics.ts";
import {
  type Expansion,
  expandedToken,
  makeToken,
  type Token,
  tokenIdentifier,
  tokenNumber,
  tokenPunctuator,
  tokenString,
} from "../tokens/token.ts";
import type { Macro } from "./macro.ts";

/**
 * A macro's body with the arguments put in: `#` makes a string of the argument as written, `##` joins tokens as written,
 * elsewhere the argument's own macros are replaced first.
 */
export function substitute(
  macro: Macro,
  given: readonly (readonly Token[])[],
  replaced: readonly (readonly Token[])[],
  expansion: Expansion,
  spaceBefore: boolean,
  diagnostics: Diagnostics,
): Token[] {
  const out: Token[] = [];
  const body = macro.body;
  const parameterOf = (token: Token | undefined): number =>
    token?.kind === tokenIdentifier ? (macro.parameters?.indexOf(token.text) ?? -1) : -1;
  const add = (token: Token, space: boolean): void => {
    out.push(expandedToken(token, expansion, out.length === 0 ? spaceBefore : space));
  };
  for (let i = 0; i < body.length; i++) {
    const token = body[i];
    const parameter = parameterOf(token);
    if (token.text === "#" && macro.parameters !== undefined && parameterOf(body[i + 1]) >= 0) {
      add(stringOf(given[parameterOf(body[++i])] ?? [], token), token.spaceBefore);
    } else if (body[i + 1]?.text === "##" && body[i + 1].kind === tokenPunctuator) {
      i = pasteRun(macro, i, given, parameterOf, add, expansion, diagnostics);
    } else if (parameter >= 0) {
      (replaced[parameter] ?? []).forEach((t, n) => {
        add(t, n === 0 ? token.spaceBefore : t.spaceBefore);
      });
    } else add(token, token.spaceBefore);
  }
  return out;
}

/** Joins `a ## b ## c ...` from body position `start`; answers the position of its last token. */
function pasteRun(
  macro: Macro,
  start: number,
  given: readonly (readonly Token[])[],
  parameterOf: (token: Token | undefined) => number,
  add: (token: Token, space: boolean) => void,
  expansion: Expansion,
  diagnostics: Diagnostics,
): number {
  const body = macro.body;
  const operand = (token: Token): readonly Token[] => {
    const parameter = parameterOf(token);
    return parameter < 0 ? [token] : (given[parameter] ?? []);
  };
  const run: Token[] = [...operand(body[start])];
  let i = start;
  while (body[i + 1]?.text === "##") {
    const right = body[i + 2];
    if (right === undefined) {
      diagnostics.error(body[i + 1], `macro ${macro.name} ends with ##`, "a token to join");
      i++;
      break;
    }
    const tokens = operand(right);
    // GNU: `, ## __VA_ARGS__` keeps the comma apart, and drops it when there are no arguments.
    const dropsComma =
      macro.variadic && parameterOf(right) === given.length - 1 && run[run.length - 1]?.text === ",";
    if (dropsComma) {
      if (tokens.length === 0) run.pop();
      else run.push(...tokens);
    } else {
      const left = run.pop();
      if (left === undefined) run.push(...tokens);
      else if (tokens.length === 0) run.push(left);
      else run.push(joinTokens(left, tokens[0], expansion, diagnostics), ...tokens.slice(1));
    }
    i += 2;
  }
  run.forEach((t, n) => {
    add(t, n === 0 ? body[start].spaceBefore : t.spaceBefore);
  });
  return i;
}

const joinable: readonly (readonly [RegExp, number])[] = [
  [/^[A-Za-z_$][A-Za-z0-9_$]*$/, tokenIdentifier],
  [/^\.?[0-9](?:[eEpP][+-]|[A-Za-z0-9_.])*$/, tokenNumber],
  [/^(?:\.\.\.|<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|##)$/, tokenPunctuator],
];

function joinTokens(left: Token, right: Token, expansion: Expansion, diagnostics: Diagnostics): Token {
  const text = left.text + right.text;
  const kind = joinable.find(([pattern]) => pattern.test(text))?.[1];
  if (kind === undefined) {
    diagnostics.error(
      expansion,
      `'${left.text}' ## '${right.text}' in ${expansion.macro} is no token`,
      "two tokens that join",
    );
    return left;
  }
  return makeToken(kind, text, left.file, left.offset, left.spaceBefore, false);
}

function stringOf(tokens: readonly Token[], at: Token): Token {
  const text = tokens.map((t, n) => (n > 0 && t.spaceBefore ? ` ${t.text}` : t.text)).join("");
  const escaped = text.replace(/["\\]/g, "\\$&");
  return makeToken(tokenString, `"${escaped}"`, at.file, at.offset, at.spaceBefore, false);
}
