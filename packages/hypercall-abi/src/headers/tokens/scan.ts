import type { Diagnostics } from "./diagnostics.ts";
import type { SourceFile } from "./source-file.ts";
import {
  makeToken,
  type Token,
  tokenCharacter,
  tokenEnd,
  tokenIdentifier,
  tokenNumber,
  tokenOther,
  tokenPunctuator,
  tokenString,
} from "./token.ts";

/** A comment that holds a back-tick: Xen writes hypercall prototypes and value groups in those. */
export interface MarkedComment {
  /** Offset of its first character. */
  readonly start: number;
  /** Offset behind its last one. */
  readonly end: number;
}

/** One header cut into tokens. */
export interface ScannedFile {
  readonly file: SourceFile;
  /** Ends with one token of kind end. */
  readonly tokens: readonly Token[];
  /** Indexes of the `#` that begin a line, so that a false conditional is skipped in steps. */
  readonly directives: readonly number[];
  readonly marked: readonly MarkedComment[];
}

const blanks = /[ \t\v\f\r]+/y;
const identifier = /[A-Za-z_$][A-Za-z0-9_$]*/y;
const number = /\.?[0-9](?:[eEpP][+-]|[A-Za-z0-9_.])*/y;
const quoted = /L?"(?:[^"\\\n]|\\[\s\S])*"/y;
const character = /L?'(?:[^'\\\n]|\\[\s\S])*'/y;
const punctuator =
  /\.\.\.|<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|##|[[\](){}.&*+\-~!/%<>^|?:;=,#]/y;

/** Cuts a header into tokens. Comments become white space; a line ended by a backslash continues. */
export function scan(file: SourceFile, diagnostics: Diagnostics): ScannedFile {
  const text = file.text;
  const tokens: Token[] = [];
  const marked: MarkedComment[] = [];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let space = false;
  let lineStart = true;
  const match = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    return pattern.test(text);
  };
  const directives: number[] = [];
  const push = (kind: number, end: number): void => {
    if (lineStart && end === at + 1 && text.charCodeAt(at) === 0x23) directives.push(tokens.length);
    tokens.push(makeToken(kind, text.slice(at, end), file, at, space, lineStart));
    at = end;
    space = false;
    lineStart = false;
  };
  while (at < text.length) {
    const c = text.charCodeAt(at);
    if (c === 0x0a) {
      at++;
      space = true;
      lineStart = true;
    } else if (c === 0x20 || c === 0x09 || c === 0x0d || c === 0x0b || c === 0x0c) {
      match(blanks);
      at = blanks.lastIndex;
      space = true;
    } else if (c === 0x5c && splice(text, at) > 0) {
      at = splice(text, at);
      space = true;
    } else if (c === 0x2f && text.charCodeAt(at + 1) === 0x2a) {
      at = skipBlockComment(file, at, marked, diagnostics);
      space = true;
    } else if (c === 0x2f && text.charCodeAt(at + 1) === 0x2f) {
      at = lineCommentEnd(text, at);
      space = true;
    } else if (c === 0x22 || (c === 0x4c && text.charCodeAt(at + 1) === 0x22)) {
      if (match(quoted)) push(tokenString, quoted.lastIndex);
      else push(tokenOther, lineEnd(text, at));
    } else if (c === 0x27 || (c === 0x4c && text.charCodeAt(at + 1) === 0x27)) {
      if (match(character)) push(tokenCharacter, character.lastIndex);
      else push(tokenOther, lineEnd(text, at));
    } else if (match(identifier)) push(tokenIdentifier, identifier.lastIndex);
    else if (match(number)) push(tokenNumber, number.lastIndex);
    else if (match(punctuator)) push(tokenPunctuator, punctuator.lastIndex);
    else push(tokenOther, at + 1);
  }
  tokens.push(makeToken(tokenEnd, "", file, text.length, true, true));
  return { file, tokens, directives, marked };
}

/** Offset after a backslash that ends a line, or 0. */
function splice(text: string, at: number): number {
  if (text.charCodeAt(at + 1) === 0x0a) return at + 2;
  if (text.charCodeAt(at + 1) === 0x0d && text.charCodeAt(at + 2) === 0x0a) return at + 3;
  return 0;
}

function lineCommentEnd(text: string, at: number): number {
  let end = text.indexOf("\n", at);
  while (end > 0 && /\\\r?$/.test(text.slice(Math.max(at, end - 2), end))) end = text.indexOf("\n", end + 1);
  return end < 0 ? text.length : end;
}

function skipBlockComment(
  file: SourceFile,
  at: number,
  marked: MarkedComment[],
  diagnostics: Diagnostics,
): number {
  const close = file.text.indexOf("*/", at + 2);
  if (close < 0) {
    diagnostics.error({ file, offset: at }, "the comment that starts here has no end", "*/");
    return file.text.length;
  }
  if (file.text.slice(at, close).includes("`")) marked.push({ start: at, end: close + 2 });
  return close + 2;
}

/** Apostrophes and lone quotes are legal in text that a false conditional skips, so the use reports them, not the scan. */
function lineEnd(text: string, at: number): number {
  const newline = text.indexOf("\n", at);
  return newline < 0 ? text.length : newline;
}
