import { EXPANSION_DEPTH_MAX, EXPANSION_TOKENS_MAX, EXPANSION_TOTAL_MAX } from "../../limits.ts";
import type { Diagnostics } from "../tokens/diagnostics.ts";
import {
  type Expansion,
  expandedToken,
  paintedToken,
  type Token,
  tokenAfter,
  tokenEnd,
  tokenIdentifier,
} from "../tokens/token.ts";
import type { Macro } from "./macro.ts";
import { substitute } from "./substitute.ts";

/** Where the expander takes tokens from when no macro is open: a file, or a list. */
export interface TokenSource {
  /** The next token without taking it; undefined where a macro's arguments cannot go on (a directive, the end). */
  peek(): Token | undefined;
  take(): Token;
}

interface Open {
  readonly macro: Macro | undefined;
  readonly tokens: readonly Token[];
  next: number;
}

/** A token list as a source. */
function listSource(tokens: readonly Token[]): TokenSource {
  let next = 0;
  return { peek: () => tokens[next], take: () => tokens[next++] };
}

/**
 * Macro replacement as C defines it: arguments are replaced first, then put in, then the result is read again with the
 * macro's own name painted, so that recursion ends.
 */
export class Expander {
  readonly macros: Map<string, Macro>;
  readonly diagnostics: Diagnostics;
  /** Names whose replacement met themselves; a constant made so has no value. */
  readonly recursive = new Set<string>();
  private total = 0;
  private spent = 0;
  private depth = 0;
  private open = new Map<string, number>();

  constructor(macros: Map<string, Macro>, diagnostics: Diagnostics) {
    this.macros = macros;
    this.diagnostics = diagnostics;
  }

  /** Replaces all macros of a list. */
  expandList(tokens: readonly Token[]): Token[] {
    const out: Token[] = [];
    const source = listSource(tokens);
    while (source.peek() !== undefined) this.expandNext(source, out);
    return out;
  }

  /** Takes one token from the source; where it is a macro's use, takes its arguments too; appends the outcome. */
  expandNext(source: TokenSource, out: Token[]): void {
    const first = source.take();
    if (first.kind !== tokenIdentifier || !this.macros.has(first.text)) {
      out.push(first);
      return;
    }
    if (this.depth === 0) this.spent = 0;
    this.depth++;
    this.run(first, source, out);
    this.depth--;
  }

  private run(first: Token, source: TokenSource, out: Token[]): void {
    const stack: Open[] = [{ macro: undefined, tokens: [first], next: 0 }];
    let vanished: Expansion | undefined;
    for (;;) {
      const top = this.top(stack);
      if (top === undefined) break;
      let token = top.tokens[top.next++];
      if (vanished !== undefined) {
        token = tokenAfter(token, vanished);
        vanished = undefined;
      }
      const macro =
        token.kind === tokenIdentifier && !token.painted ? this.macros.get(token.text) : undefined;
      if (macro === undefined) {
        out.push(token);
        continue;
      }
      if (this.open.get(macro.name)) {
        this.recursive.add(macro.name);
        out.push(paintedToken(token));
        continue;
      }
      const body = this.replace(macro, token, stack, source);
      if (body === undefined) {
        out.push(token);
        continue;
      }
      if (!this.afford(body.length, token, stack.length)) {
        this.close(stack);
        return;
      }
      if (body.length === 0) vanished = expansionOf(macro, token);
      this.open.set(macro.name, 1);
      stack.push({ macro, tokens: body, next: 0 });
    }
    // A macro that became nothing at the very end still marks what follows it.
    const next = vanished === undefined ? undefined : source.peek();
    if (vanished !== undefined && next !== undefined && next.kind !== tokenEnd) {
      const follower = source.take();
      if (follower.kind === tokenIdentifier && this.macros.has(follower.text)) {
        this.expandNext(joined(tokenAfter(follower, vanished), source), out);
      } else out.push(tokenAfter(follower, vanished));
    }
  }

  /** The innermost list that still has tokens; macros whose list is used up may be used again. */
  private top(stack: Open[]): Open | undefined {
    for (;;) {
      const top = stack[stack.length - 1];
      if (top === undefined || top.next < top.tokens.length) return top;
      stack.pop();
      if (top.macro !== undefined) this.open.delete(top.macro.name);
    }
  }

  private close(stack: Open[]): void {
    for (const level of stack) if (level.macro !== undefined) this.open.delete(level.macro.name);
  }

  private replace(
    macro: Macro,
    use: Token,
    stack: Open[],
    source: TokenSource,
  ): readonly Token[] | undefined {
    const expansion = expansionOf(macro, use);
    const { parameters } = macro;
    if (parameters === undefined) {
      if (macro.body.length === 1) return [expandedToken(macro.body[0], expansion, use.spaceBefore)];
      return substitute(macro, [], [], expansion, use.spaceBefore, this.diagnostics);
    }
    if (this.peek(stack, source)?.text !== "(") return undefined;
    const read = this.arguments(macro, parameters, use, stack, source);
    if (!("given" in read)) return read.unusable;
    const { given } = read;
    // Names that are open around this use stay open while its arguments are replaced.
    const replaced = given.map((tokens) =>
      this.depth > EXPANSION_DEPTH_MAX ? [...tokens] : this.nested(tokens),
    );
    return substitute(macro, given, replaced, expansion, use.spaceBefore, this.diagnostics);
  }

  private nested(tokens: readonly Token[]): Token[] {
    this.depth++;
    const out = this.expandList(tokens);
    this.depth--;
    return out;
  }

  private peek(stack: Open[], source: TokenSource): Token | undefined {
    const top = this.top(stack);
    return top === undefined ? source.peek() : top.tokens[top.next];
  }

  private arguments(
    macro: Macro,
    parameters: readonly string[],
    use: Token,
    stack: Open[],
    source: TokenSource,
  ): { readonly given: readonly Token[][] } | { readonly unusable: readonly Token[] } {
    const given: Token[][] = [[]];
    // Arguments that cannot be used are read as if the macro's name were not there: what follows must not be lost.
    const all: Token[] = [];
    let depth = 0;
    for (;;) {
      const top = this.top(stack);
      const token =
        top === undefined
          ? source.peek() === undefined
            ? undefined
            : source.take()
          : top.tokens[top.next++];
      if (token === undefined || token.kind === tokenEnd) {
        this.diagnostics.error(use.from ?? use, `the arguments of macro ${macro.name} have no end`, "')'");
        return { unusable: all };
      }
      if (depth > 0) all.push(token);
      const last = given[given.length - 1];
      if (token.text === "(") {
        if (depth++ > 0) last.push(token);
      } else if (token.text === ")") {
        if (--depth === 0) break;
        last.push(token);
      } else if (
        token.text === "," &&
        depth === 1 &&
        !(macro.variadic && given.length >= parameters.length)
      ) {
        given.push([]);
      } else last.push(token);
    }
    if (parameters.length === 0 && given.length === 1 && given[0].length === 0) return { given: [] };
    if (macro.variadic && given.length === parameters.length - 1) given.push([]);
    if (given.length !== parameters.length) {
      const wanted = `${parameters.length} argument${parameters.length === 1 ? "" : "s"}`;
      this.diagnostics.error(
        use.from ?? use,
        `macro ${macro.name} is given ${given.length} arguments`,
        wanted,
      );
      return { unusable: [] };
    }
    return { given };
  }

  private afford(count: number, use: Token, depth: number): boolean {
    this.spent += count + 1;
    this.total += count + 1;
    if (
      this.spent <= EXPANSION_TOKENS_MAX &&
      this.total <= EXPANSION_TOTAL_MAX &&
      depth <= EXPANSION_DEPTH_MAX
    ) {
      return true;
    }
    const limit =
      depth > EXPANSION_DEPTH_MAX ? `${EXPANSION_DEPTH_MAX} levels` : `${EXPANSION_TOKENS_MAX} tokens`;
    this.diagnostics.error(
      use.from ?? use,
      `macro ${use.text} grows without end`,
      `a macro that stays below ${limit}`,
    );
    return false;
  }
}

function expansionOf(macro: Macro, use: Token): Expansion {
  const root = use.from ?? use;
  return { macro: macro.name, outer: use.from, file: root.file, offset: root.offset };
}

function joined(first: Token, rest: TokenSource): TokenSource {
  let used = false;
  return {
    peek: () => (used ? rest.peek() : first),
    take: () => {
      if (used) return rest.take();
      used = true;
      return first;
    },
  };
}
