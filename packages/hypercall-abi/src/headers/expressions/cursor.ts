import type { SourceFile } from "../tokens/source-file.ts";
import { makeToken, sourceSpot, type Token, tokenEnd, tokenIdentifier } from "../tokens/token.ts";

/** Reading stopped: what was found, and what should have stood there. Caught where reading can go on. */
export class SyntaxProblem extends Error {
  override readonly name = "SyntaxProblem";
  readonly spot: { readonly file: SourceFile; readonly offset: number };
  readonly expected: string;
  /** What is to be told once however often it is met; undefined: each time. */
  readonly once: string | undefined;

  constructor(at: Token, message: string, expected: string, once?: string) {
    super(message);
    this.spot = sourceSpot(at);
    this.expected = expected;
    this.once = once;
  }
}

/** A place in a token list that ends with a token of kind end. */
export class Cursor {
  readonly tokens: readonly Token[];
  index = 0;
  /** Brackets, aggregates and declarators that are open, counted so that hostile nesting ends in an error. */
  depth = 0;
  private readonly end: Token;

  constructor(tokens: readonly Token[], file: SourceFile) {
    this.tokens = tokens;
    const last = tokens[tokens.length - 1];
    const ended = last?.kind === tokenEnd;
    this.end = ended ? last : makeToken(tokenEnd, "", file, last?.offset ?? file.text.length, true, true);
  }

  get token(): Token {
    return this.tokens[this.index] ?? this.end;
  }

  ahead(count: number): Token {
    return this.tokens[this.index + count] ?? this.end;
  }

  get done(): boolean {
    return this.token.kind === tokenEnd;
  }

  take(): Token {
    const token = this.token;
    if (this.index < this.tokens.length) this.index++;
    return token;
  }

  at(text: string): boolean {
    return this.token.text === text;
  }

  accept(text: string): Token | undefined {
    return this.token.text === text && this.token.kind !== tokenEnd ? this.take() : undefined;
  }

  expect(text: string): Token {
    const token = this.accept(text);
    if (token === undefined) throw this.problem(`'${text}'`);
    return token;
  }

  identifier(what: string): Token {
    if (this.token.kind !== tokenIdentifier) throw this.problem(what);
    return this.take();
  }

  problem(expected: string): SyntaxProblem {
    const found = this.done ? "end of the text" : `'${this.token.text.slice(0, 40)}'`;
    return new SyntaxProblem(this.token, `found ${found}`, expected);
  }
}
