/** Lines of generated text; a level of indentation is the language's own. */
export class Printer {
  private readonly lines: string[] = [];
  private depth = 0;
  /** Number of lines when a block was opened last: nothing is inside it yet. */
  private opened = -1;
  private readonly unit: string;

  constructor(unit: string) {
    this.unit = unit;
  }

  /** Columns that the indentation takes at this depth. */
  get margin(): number {
    return this.depth * this.unit.length;
  }

  /** One line; empty lines carry no indentation. */
  line(text = ""): void {
    this.lines.push(text === "" ? "" : `${this.unit.repeat(this.depth)}${text}`);
  }

  /** Several lines. */
  all(texts: Iterable<string>): void {
    for (const text of texts) this.line(text);
  }

  /** An empty line, but never two in a row and none at the beginning of the text or of a block. */
  gap(): void {
    if (this.lines.length === this.opened) return;
    if (this.lines.length > 0 && this.lines.at(-1) !== "") this.lines.push("");
  }

  /** What `body` prints stands one level deeper between `open` and `close`. */
  block(open: string, close: string, body: () => void): void {
    this.line(open);
    this.depth++;
    this.opened = this.lines.length;
    body();
    this.depth--;
    this.line(close);
  }

  /** The whole text, ending in one line feed. */
  toString(): string {
    return `${this.lines.join("\n").trimEnd()}\n`;
  }
}

/** Rows as columns, each as wide as its widest cell; the last one is not filled up. */
export function inColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]))).join(" "),
  );
}
