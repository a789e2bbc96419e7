/** One header as text, with the table that turns an offset into a line. */
export interface SourceFile {
  /** Path inside the header tree, with `/`. */
  readonly path: string;
  readonly text: string;
  /** Offset of the first character of each line. */
  readonly lineStarts: Int32Array;
}

/** Line and column, both from 1. */
interface LineColumn {
  readonly line: number;
  readonly column: number;
}

/** Makes a source file; `\r\n` counts as one line end. */
export function makeSourceFile(path: string, text: string): SourceFile {
  const starts: number[] = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return { path, text, lineStarts: Int32Array.from(starts) };
}

/** The line (from 1) that holds an offset. */
export function lineAt(file: SourceFile, offset: number): number {
  const starts = file.lineStarts;
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle] <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}

/** Line and column of an offset. */
export function positionAt(file: SourceFile, offset: number): LineColumn {
  const line = lineAt(file, offset);
  return { line, column: offset - file.lineStarts[line - 1] + 1 };
}

/** The text of a line without its end. */
export function lineText(file: SourceFile, line: number): string {
  const start = file.lineStarts[line - 1] ?? file.text.length;
  const end = file.lineStarts[line] ?? file.text.length + 1;
  return file.text.slice(start, end - 1).replace(/\r$/, "");
}
