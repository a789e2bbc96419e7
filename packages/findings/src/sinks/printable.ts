/** Characters that drive the terminal, break the line, turn the writing direction, or are not seen at all. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A text from a log as it may stand on a terminal: characters that would not be seen as \xNN, \uNNNN or \u{NNNNN}. */
export function printable(text: string): string {
  return text.replace(UNSEEN, (c) => {
    const code = c.codePointAt(0) ?? 0;
    if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
    return code < 0x10000 ? `\\u${code.toString(16).padStart(4, "0")}` : `\\u{${code.toString(16)}}`;
  });
}

/** The same JSON with every such character in its strings escaped: they may hold what a log or a header says. */
export function visibleJson(json: string): string {
  return json.replace(UNSEEN, (c) => {
    // Between its values JSON has line breaks, which stay; JSON.stringify has escaped those of strings.
    if (c === "\n") return c;
    return Array.from({ length: c.length }, (_, i) => {
      return `\\u${c.charCodeAt(i).toString(16).padStart(4, "0")}`;
    }).join("");
  });
}

/** The text with halves of characters (lone surrogates, which no encoding holds) replaced. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, "\ufffd");
}
