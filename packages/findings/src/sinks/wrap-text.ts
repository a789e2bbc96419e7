import { printable } from "./printable.ts";

/** Columns of text for people at the most, and in a pipe always: there the same input gives the same bytes. */
export const TEXT_COLUMNS = 100;

/** Breaks a text at blanks so that no line is longer than `width`, except for a single longer word. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}

/**
 * A label in a column of `labelWidth` and a text beside it, below `indent` blanks, in `columns` columns; `paint` colours
 * the label.
 */
export function labelled(
  label: string,
  text: string,
  indent: number,
  labelWidth: number,
  columns: number,
  paint: (text: string) => string,
): string {
  const margin = " ".repeat(indent);
  return wrapText(printable(text), columns - indent - labelWidth)
    .map((line, i) => {
      const column =
        i === 0 && label !== ""
          ? paint(label) + " ".repeat(Math.max(0, labelWidth - label.length))
          : " ".repeat(labelWidth);
      return `${margin}${column}${line}\n`;
    })
    .join("");
}
