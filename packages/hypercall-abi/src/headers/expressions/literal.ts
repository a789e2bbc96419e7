import type { BasicTypes, IntegerType } from "./c-types.ts";

const integer = /^(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|(0[0-7]*)|([1-9][0-9]*))([uUlL]*)$/;
const suffixes: ReadonlyMap<string, readonly [unsigned: boolean, longs: number]> = new Map([
  ["", [false, 0]],
  ["u", [true, 0]],
  ["l", [false, 1]],
  ["ul", [true, 1]],
  ["lu", [true, 1]],
  ["ll", [false, 2]],
  ["ull", [true, 2]],
  ["llu", [true, 2]],
]);

/** An integer literal, or why it is none. */
type Literal = { readonly value: bigint; readonly type: IntegerType } | { readonly problem: string };

/** Value and type of an integer literal: the first type of C's list for its base and suffix that holds it. */
export function readIntegerLiteral(text: string, basic: BasicTypes): Literal {
  const match = integer.exec(text);
  const suffix = match === null ? undefined : suffixes.get(match[5].toLowerCase());
  if (match === null || suffix === undefined || /lL|Ll/.test(match[5])) {
    const isFloat = /^(?:[0-9]*\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][+-]?[0-9]+)?[fFlL]?$/.test(text);
    return { problem: isFloat ? "a floating-point number" : `malformed number '${text}'` };
  }
  if (text.length > 400) return { problem: "a number of over 400 digits" };
  const [, hex, binary, octal, decimal] = match;
  const value = BigInt(
    hex !== undefined
      ? `0x${hex}`
      : binary !== undefined
        ? `0b${binary}`
        : octal !== undefined
          ? `0o${octal.slice(1) || "0"}`
          : decimal,
  );
  const [unsigned, longs] = suffix;
  const pairs: readonly (readonly [IntegerType, IntegerType])[] = [
    [basic.int, basic.unsignedInt],
    [basic.long, basic.unsignedLong],
    [basic.longLong, basic.unsignedLongLong],
  ];
  for (const [signedType, unsignedType] of pairs.slice(longs)) {
    const bits = BigInt(signedType.size * 8);
    if (!unsigned && value < 1n << (bits - 1n)) return { value, type: signedType };
    if ((unsigned || decimal === undefined) && value < 1n << bits) return { value, type: unsignedType };
  }
  return { problem: `the constant '${text}' overflows every integer type` };
}

const escapes: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  "0": 0,
  a: 7,
  b: 8,
  f: 12,
  v: 11,
  "\\": 92,
  "'": 39,
  '"': 34,
  "?": 63,
};

const escapeSequence = /\\(?:x([0-9a-fA-F]+)|([0-7]{1,3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/g;
/** The last character that is one byte in every encoding. */
const asciiLast = 0x7f;
const unicodeLast = 0x10ffff;

/** The text of a string literal, escapes decoded; undefined for wide strings and for bytes that are no character. */
export function readStringLiteral(literal: string): string | undefined {
  if (!literal.startsWith('"')) return undefined;
  let isText = true;
  const text = literal.slice(1, -1).replace(escapeSequence, (_, hex, octal, short, long, simple): string => {
    if (simple !== undefined) {
      // A line that goes on adds nothing; GNU C keeps the character behind a backslash that means nothing.
      if (simple === "\n" || simple === "\r") return "";
      const known = Object.hasOwn(escapes, simple)
        ? escapes[simple]
        : simple === "e"
          ? escapeCharacter
          : undefined;
      return known === undefined ? simple : String.fromCharCode(known);
    }
    const digits: string = hex ?? short ?? long;
    const code = digits === undefined ? Number.parseInt(octal, 8) : Number.parseInt(digits, 16);
    const last = hex === undefined && octal === undefined ? unicodeLast : asciiLast;
    if (code <= last) return String.fromCodePoint(code);
    isText = false;
    return "";
  });
  return isText ? text : undefined;
}

const escapeCharacter = 27;

/** Value of a character literal such as `'a'`, `'\n'`, `'\x41'`; undefined when it is no single byte. */
export function readCharacterLiteral(text: string): bigint | undefined {
  const body = text.replace(/^L?'/, "").replace(/'$/, "");
  if (body.length === 1 && body !== "\\") return BigInt(body.charCodeAt(0));
  const hex = /^\\x([0-9a-fA-F]{1,2})$/.exec(body);
  if (hex !== null) return BigInt(Number.parseInt(hex[1], 16));
  const octal = /^\\([0-7]{1,3})$/.exec(body);
  if (octal !== null) return BigInt(Number.parseInt(octal[1], 8));
  const simple = body.length === 2 && body.startsWith("\\") ? escapes[body[1]] : undefined;
  return simple === undefined ? undefined : BigInt(simple);
}
