import type { SourceFile } from "./source-file.ts";

export const tokenIdentifier = 1;
export const tokenNumber = 2;
export const tokenString = 3;
export const tokenCharacter = 4;
export const tokenPunctuator = 5;
/** A character that C does not know; reported where it is used. */
export const tokenOther = 6;
/** A `#pragma` line that concerns packing; its text is the line after `pragma`. */
export const tokenPragma = 7;
export const tokenEnd = 8;

/** The use of a macro that made a token, innermost first. */
export interface Expansion {
  /** Its name. */
  readonly macro: string;
  /** The use that this one came out of. */
  readonly outer: Expansion | undefined;
  /** Where the outermost use stands in the source. */
  readonly file: SourceFile;
  /** In that file. */
  readonly offset: number;
}

/** One preprocessing token with its place. */
export interface Token {
  /** One of the numbers above. */
  readonly kind: number;
  /** The spelling. */
  readonly text: string;
  /** Of the spelling. */
  readonly file: SourceFile;
  /** Offset of the spelling: inside the macro's definition for a token that a macro made. */
  readonly offset: number;
  /** White space stands before it. */
  readonly spaceBefore: boolean;
  /** First on its line. */
  readonly lineStart: boolean;
  /** A name that must not be expanded again: its macro was open when it was read. */
  readonly painted: boolean;
  /** The use of a macro that made it; undefined for what a file spells. */
  readonly from: Expansion | undefined;
  /** A macro that became nothing stood right before this token. */
  readonly vanished: Expansion | undefined;
}

/** One place that builds tokens, so that all have one shape. */
export function makeToken(
  kind: number,
  text: string,
  file: SourceFile,
  offset: number,
  spaceBefore: boolean,
  lineStart: boolean,
): Token {
  return {
    kind,
    text,
    file,
    offset,
    spaceBefore,
    lineStart,
    painted: false,
    from: undefined,
    vanished: undefined,
  };
}

/** A copy of a token as a macro use makes it. */
export function expandedToken(token: Token, from: Expansion, spaceBefore: boolean): Token {
  return {
    kind: token.kind,
    text: token.text,
    file: token.file,
    offset: token.offset,
    spaceBefore,
    lineStart: false,
    painted: token.painted,
    from,
    vanished: token.vanished,
  };
}

/** A copy that is never expanded again. */
export function paintedToken(token: Token): Token {
  return { ...token, painted: true };
}

/** A copy that remembers that a macro before it became nothing. */
export function tokenAfter(token: Token, vanished: Expansion): Token {
  return { ...token, vanished };
}

/** Where the reader of the source sees this token: the outermost macro use, or the token itself. */
export function sourceSpot(token: Token): { readonly file: SourceFile; readonly offset: number } {
  return token.from ?? token;
}
