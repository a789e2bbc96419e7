/** How parts of a text are told apart on a terminal; never the only carrier of a meaning. */
export interface Palette {
  /** What is wrong. */
  error(text: string): string;
  /** What may be wrong. */
  warning(text: string): string;
  /** What is worth knowing. */
  info(text: string): string;
  /** What is as it should be. */
  good(text: string): string;
  /** What the eye should find first. */
  strong(text: string): string;
  /** What matters least. */
  faint(text: string): string;
}

const same = (text: string): string => text;

function ansi(code: number, end: number): (text: string) => string {
  return (text) => `\u001b[${code}m${text}\u001b[${end}m`;
}

const bold = ansi(1, 22);
const red = ansi(31, 39);
const yellow = ansi(33, 39);

/** No colours: pipes, files, NO_COLOR. */
export const plainPalette: Palette = {
  error: same,
  warning: same,
  info: same,
  good: same,
  strong: same,
  faint: same,
};

/** Colours that every terminal has: SGR 1, 2, 31, 32, 33, 36. */
export const colorPalette: Palette = {
  error: (text) => bold(red(text)),
  warning: (text) => bold(yellow(text)),
  info: ansi(36, 39),
  good: (text) => bold(ansi(32, 39)(text)),
  strong: bold,
  faint: ansi(2, 22),
};
