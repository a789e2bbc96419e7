import type { Field } from "../model/model.ts";

/**
 * Field rows as one line of text: `path,offset,size,type,flags` joined by `;`.
 *
 * Flags, each in its place only when set: `p` a pointer, `h` a handle, `b12:20` bits at 12, 20 wide, `[4][]` dimensions,
 * `i3` rows inside an unnamed member, `+3` lines below the aggregate's, `mA:B` macros.
 */
export function rowsToText(fields: readonly Field[], line: number): string {
  return fields
    .map((f) => {
      const flags: string[] = [];
      if (f.pointer) flags.push("p");
      if (f.handle) flags.push("h");
      if (f.bitWidth !== undefined) flags.push(`b${f.bitOffset}:${f.bitWidth}`);
      if (f.array !== undefined) flags.push(f.array.map((n) => `[${n ?? ""}]`).join(""));
      if (f.inside !== undefined) flags.push(`i${f.inside}`);
      if (f.line !== undefined && f.line !== line) flags.push(`${f.line > line ? "+" : ""}${f.line - line}`);
      if (f.macros !== undefined) flags.push(`m${f.macros.join(":")}`);
      return [f.path, f.offset, f.size, f.type, ...flags].join(",");
    })
    .join(";");
}

/** Reads back what {@link rowsToText} wrote; `line` is the aggregate's own. */
export function rowsFromText(text: string, line: number): Field[] {
  if (text === "") return [];
  return text.split(";").map((row) => rowFromText(row, line));
}

interface MutableField {
  path: string;
  offset: number;
  size: number;
  type: string;
  array?: (number | null)[];
  flexible?: true;
  pointer?: true;
  handle?: true;
  bitOffset?: number;
  bitWidth?: number;
  anonymous?: true;
  inside?: number;
  line: number;
  macros?: string[];
}

function rowFromText(row: string, line: number): Field {
  const columns = row.split(",");
  const path = columns[0];
  const field: MutableField = {
    path,
    offset: Number(columns[1]),
    size: Number(columns[2]),
    type: columns[3],
    line,
  };
  if (path === "<anon>") field.anonymous = true;
  for (let i = 4; i < columns.length; i++) {
    const flag = columns[i];
    switch (flag[0]) {
      case "p":
        field.pointer = true;
        break;
      case "h":
        field.handle = true;
        break;
      case "b": {
        const colon = flag.indexOf(":");
        field.bitOffset = Number(flag.slice(1, colon));
        field.bitWidth = Number(flag.slice(colon + 1));
        break;
      }
      case "[": {
        const array = flag
          .slice(1, -1)
          .split("][")
          .map((n) => (n === "" ? null : Number(n)));
        field.array = array;
        if (array[0] === null || array[0] === 0) field.flexible = true;
        break;
      }
      case "i":
        field.inside = Number(flag.slice(1));
        break;
      case "m":
        field.macros = flag.slice(1).split(":");
        break;
      default:
        field.line = line + Number(flag);
    }
  }
  return field;
}
