import type { Expansion, Token } from "../tokens/token.ts";

/** Names of the macros that had a part in a run of tokens, in order of appearance. */
export function macrosOf(tokens: readonly Token[]): string[] {
  let names: string[] | undefined;
  for (const token of tokens) {
    if (token.from === undefined && token.vanished === undefined) continue;
    names ??= [];
    collect(token.from, names);
    collect(token.vanished, names);
  }
  return names ?? [];
}

/** The macro whose use made a token, the outermost one. */
export function outermostMacro(token: Token): string | undefined {
  let at = token.from;
  while (at?.outer !== undefined) at = at.outer;
  return at?.macro;
}

function collect(from: Expansion | undefined, into: string[]): void {
  for (let at = from; at !== undefined; at = at.outer) if (!into.includes(at.macro)) into.push(at.macro);
}
