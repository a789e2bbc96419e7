/**
 * A text as one word of a POSIX shell, whatever it holds: nothing in it is expanded, run, or ends the word. Throws
 * RangeError for a text with a NUL, which no word of a shell can hold.
 */
export function shellWord(text: string): string {
  if (text.includes("\0")) throw new RangeError("a word of a shell cannot hold a NUL");
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A text as a comment of a shell, one line whatever it holds. */
export function shellComment(text: string): string {
  return `# ${text.replace(/[^ -~]/g, "?")}\n`;
}
