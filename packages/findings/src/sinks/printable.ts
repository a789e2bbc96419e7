/** A text from a log as it may stand on a terminal: control characters as \xNN, so that it stays one harmless line. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
