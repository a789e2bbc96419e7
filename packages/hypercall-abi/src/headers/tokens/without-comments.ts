/** A text with blanks in place of its block and line comments, so that offsets and lines stay. One pass, whatever it holds. */
export function withoutComments(text: string): string {
  const parts: string[] = [];
  let at = 0;
  let block = text.indexOf("/*");
  let line = text.indexOf("//");
  for (;;) {
    // Looked for again only where the last one is behind: one that is not there at all is not looked for twice.
    if (block >= 0 && block < at) block = text.indexOf("/*", at);
    if (line >= 0 && line < at) line = text.indexOf("//", at);
    if (block < 0 && line < 0) break;
    const isBlock = block >= 0 && (line < 0 || block < line);
    const start = isBlock ? block : line;
    const close = isBlock ? text.indexOf("*/", start + 2) : text.indexOf("\n", start);
    const end = close < 0 ? text.length : isBlock ? close + 2 : close;
    parts.push(text.slice(at, start), text.slice(start, end).replace(/[^\n]/g, " "));
    at = end;
  }
  return parts.join("") + text.slice(at);
}
