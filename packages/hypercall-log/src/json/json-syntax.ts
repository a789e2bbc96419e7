/** Where a text stops being JSON. */
interface SyntaxFault {
  /** Character, from 0; the text's length where it ends too early. */
  readonly at: number;
  readonly what: string;
}

const BLANK = /[ \t\r\n]*/y;
const SCALAR = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y;
const ESCAPE = /["\\/bfnrt]|u[0-9a-fA-F]{4}/y;

type Expected = "value" | "value or ]" | "name or }" | "name" | ":" | ", or ]" | ", or }" | "the end";

/** Looks for the first fault of a text that JSON.parse refuses; its own messages differ between releases of Node. */
export function syntaxFaultOf(text: string): SyntaxFault | null {
  const open: string[] = [];
  let expected: Expected = "value";
  let at = 0;
  const afterValue = (): Expected => {
    if (open.length === 0) return "the end";
    return open.at(-1) === "{" ? ", or }" : ", or ]";
  };
  for (;;) {
    at = match(BLANK, text, at);
    if (at >= text.length) return expected === "the end" ? null : ended(text);
    const character = text[at];
    if (character === closing(expected)) {
      open.pop();
      at++;
      expected = afterValue();
    } else if (character === "," && expected.startsWith(",")) {
      at++;
      expected = open.at(-1) === "{" ? "name" : "value";
    } else if (character === ":" && expected === ":") {
      at++;
      expected = "value";
    } else if (character === '"' && (expected.startsWith("name") || expected.startsWith("value"))) {
      const end = endOfText(text, at);
      if (typeof end !== "number") return end;
      at = end;
      expected = expected.startsWith("name") ? ":" : afterValue();
    } else if (expected.startsWith("value") && (character === "{" || character === "[")) {
      open.push(character);
      at++;
      expected = character === "{" ? "name or }" : "value or ]";
    } else {
      const end = expected.startsWith("value") ? match(SCALAR, text, at) : at;
      if (end === at) return unexpected(text, at, expected);
      at = end;
      expected = afterValue();
    }
  }
}

/** The fault in words: `character 17: unexpected "}", expected a value`. */
export function describeFault(fault: SyntaxFault): string {
  return `character ${fault.at + 1}: ${fault.what}`;
}

function closing(expected: Expected): string {
  const last = expected.at(-1) ?? "";
  return last === "}" || last === "]" ? last : "none";
}

function match(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

function ended(text: string): SyntaxFault {
  return { at: text.length, what: "the text ends too early" };
}

function unexpected(text: string, at: number, expected: Expected): SyntaxFault {
  const character = JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0));
  const wanted = expected === "value" ? "a value" : expected;
  return { at, what: `unexpected ${character}, expected ${wanted}` };
}

/** Index behind the string that begins at `at`, or what is wrong with it. */
function endOfText(text: string, at: number): number | SyntaxFault {
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) return i + 1;
    if (code < 0x20) return { at: i, what: "a control character in a string" };
    if (code === 0x5c) {
      const end = match(ESCAPE, text, i + 1);
      if (end === i + 1) return { at: i, what: "an unknown escape in a string" };
      i = end - 1;
    }
  }
  return ended(text);
}
