/** How one language writes a character of a string that cannot stand there as it is. */
type Escape = (character: string) => string;

const hex = (character: string, digits: number): string =>
  (character.codePointAt(0) ?? 0).toString(16).padStart(digits, "0");

/** Octal escapes take three digits at most: what follows is never taken for a part of them, as it is after \x. */
const octal: Escape = (character) =>
  [...new TextEncoder().encode(character)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");

/** Escapes of each language; the printable characters of ASCII need none but for quotes and backslashes. */
const escapes = {
  c: octal,
  rust: (character) => `\\u{${hex(character, 1)}}`,
  go: (character) => (character > "\uffff" ? `\\U${hex(character, 8)}` : `\\u${hex(character, 4)}`),
  python: (character) => (character > "\uffff" ? `\\U${hex(character, 8)}` : `\\u${hex(character, 4)}`),
  typescript: (character) => `\\u{${hex(character, 1)}}`,
} as const satisfies Record<string, Escape>;

/** A string literal of the language: of text that may hold anything, line ends and marks that turn text around among it. */
export function textLiteral(text: string, language: keyof typeof escapes): string {
  const escaped: Escape = escapes[language];
  const inside = text.replace(/["\\]|[^ -~]/gu, (character) => {
    if (character === '"' || character === "\\") return `\\${character}`;
    if (character === "\n") return "\\n";
    if (character === "\t") return "\\t";
    if (character === "\r") return "\\r";
    return escaped(character);
  });
  // Two question marks may begin a trigraph of C.
  return `"${language === "c" ? inside.replace(/\?(?=\?)/g, "?\\") : inside}"`;
}
