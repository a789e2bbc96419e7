/** Colours and other commands to a terminal, and characters that show nothing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
const TERMINAL_CODES = /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b[ -~]|[\u0000-\u0008\u000b-\u001f\u007f]/g;
/** The same of the first byte of each: most lines have none. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const ANY_CODE = /[\u0000-\u0008\u000b-\u001f\u007f]/;

const DATE = "\\d{4}[-/]\\d\\d[-/]\\d\\d";
const TIME = "\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?";
const ZONE = "(?:Z|[+-]\\d\\d:?\\d\\d)?";
const MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";

/**
 * What capture tools put in front of a line, a piece at a time: quotes and indentation; `[stamp]` of minicom, tio,
 * ser2net, grabserial and of Linux's own printk; dates and times of script, ts and continuous integration; a date with
 * host and program of syslog and journald; seconds since 1970.
 */
const PIECE = new RegExp(
  "^(?:" +
    [
      "[\\s>|\"'`]+",
      "\\[(?=[^\\]]{0,39}\\d)[^\\]]{1,40}\\]",
      `${DATE}[T ]${TIME}${ZONE}:?(?=\\s)`,
      `(?:[A-Z][a-z]{2} )?${MONTH} [ \\d]\\d ${TIME}(?: \\d{4})?(?: [\\w.-]{1,64} [\\w./@-]{1,64}(?:\\[\\d{1,10}\\])?:)?(?=\\s)`,
      `${TIME}:?(?=\\s)`,
      "\\d{9,10}\\.\\d{1,9}:?(?=\\s)",
    ].join("|") +
    ")",
);
/** Pieces that are taken off one line at most. */
const PIECES_MAX = 8;

/** A line without colours and other commands to a terminal. */
export function withoutTerminalCodes(line: string): string {
  return ANY_CODE.test(line) ? line.replace(TERMINAL_CODES, "") : line;
}

/** A line without what capture tools, or the kernel that printed it, put in front. */
export function withoutStamps(line: string): string {
  let text = line;
  for (let pieces = 0; pieces < PIECES_MAX; pieces++) {
    const piece = PIECE.exec(text);
    if (piece === null) break;
    text = text.slice(piece[0].length);
  }
  return text;
}
