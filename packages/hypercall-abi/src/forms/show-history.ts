import { ModelLookupError } from "../model/field-of.ts";
import type { Abi, Field, Struct } from "../model/model.ts";
import { matchesOf } from "./show.ts";

/** Releases next to each other in which all facts of a table are the same. */
interface Column {
  /** "4.11", or "4.11 - 4.16". */
  readonly releases: string;
  /** A cell for each row; "" where the release has no such thing. */
  readonly cells: readonly string[];
}

/** Facts over releases. */
interface Table {
  /** Key of the struct, or what the constants are called by. */
  readonly name: string;
  /** "size", "align", members' paths, or names of constants. */
  readonly rows: readonly string[];
  /** Oldest releases first. */
  readonly columns: readonly Column[];
}

/**
 * What a name picks, over all these models (oldest first), as tables: a struct's size, alignment and members ("8+4": 4 bytes
 * at 8), constants with their values; neighbouring releases that agree share a column. Throws ModelLookupError when no
 * model has the name.
 */
export function renderHistory(models: readonly Abi[], name: string, format: "text" | "json"): string {
  const matches = models.map((abi) => ({ abi, ...matchesOf(abi, name) }));
  const keys = ordered(matches.map(({ structs }) => Object.keys(structs)));
  const tables = keys.map((key) => structTable(models, key));
  const constants = ordered(matches.map((match) => Object.keys(match.constants)));
  if (constants.length > 0) {
    const cell = (abi: Abi, row: string): string => abi.constants[row]?.value ?? "";
    tables.push(table(models, constants.length === 1 ? constants[0] : name, constants, cell));
  }
  const newest = models.at(-1);
  if (tables.length === 0 || newest === undefined)
    throw new ModelLookupError(`no struct and no constant of any release is called '${name}'`);
  const { arch, mode } = newest;
  if (format === "json") return `${JSON.stringify({ version: 1, arch, mode, tables }, null, 1)}\n`;
  return `${tables.map((one) => tableText(one, `${arch}, ${mode}`)).join("\n")}`;
}

/** Names of all lists, each once; the newest list's order, and older names after those that they stood behind. */
function ordered(lists: readonly (readonly string[])[]): string[] {
  const names: string[] = [];
  for (const list of [...lists].reverse()) {
    let at = 0;
    for (const name of list) {
      const found = names.indexOf(name);
      if (found >= 0) at = found + 1;
      else names.splice(at++, 0, name);
    }
  }
  return names;
}

function structTable(models: readonly Abi[], key: string): Table {
  const structs = new Map(
    models.map((abi) => [abi, Object.hasOwn(abi.structs, key) ? abi.structs[key] : undefined]),
  );
  const rowsOf = (struct: Struct | undefined): Field[] =>
    (struct?.fields ?? []).filter(({ anonymous }) => !anonymous);
  const paths = ordered([...structs.values()].map((struct) => rowsOf(struct).map(({ path }) => path)));
  return table(models, key, ["size", "align", ...paths], (abi, row, i) => {
    const struct = structs.get(abi);
    if (struct === undefined) return "";
    if (i === 0) return String(struct.size);
    if (i === 1) return String(struct.align);
    const field = rowsOf(struct).find(({ path }) => path === row);
    return field === undefined ? "" : placeOf(field);
  });
}

/** "8+4": 4 bytes at 8; "96:3": 3 bits from bit 96 on; "64+": open. */
function placeOf(field: Field): string {
  if (field.bitWidth !== undefined) return `${field.bitOffset ?? field.offset * 8}:${field.bitWidth}`;
  return `${field.offset}+${field.flexible ? "" : field.size}`;
}

function table(
  models: readonly Abi[],
  name: string,
  rows: readonly string[],
  cell: (abi: Abi, row: string, index: number) => string,
): Table {
  const columns: { first: string; last: string; cells: string[] }[] = [];
  for (const abi of models) {
    const cells = rows.map((row, i) => cell(abi, row, i));
    const before = columns.at(-1);
    if (before?.cells.every((text, i) => text === cells[i])) before.last = abi.xen;
    else columns.push({ first: abi.xen, last: abi.xen, cells });
  }
  const named = columns.map(({ first, last, cells }) => ({
    releases: first === last ? first : `${first} - ${last}`,
    cells,
  }));
  return { name, rows, columns: named };
}

function tableText({ name, rows, columns }: Table, view: string): string {
  const first = Math.max(...rows.map((row) => row.length));
  const widths = columns.map(({ releases, cells }) =>
    Math.max(releases.length, ...cells.map((text) => text.length)),
  );
  const line = (head: string, texts: readonly string[]): string =>
    `  ${head.padEnd(first)}${texts.map((text, i) => `  ${text.padStart(widths[i])}`).join("")}`.trimEnd();
  return [
    `${name}  (${view})`,
    line(
      "",
      columns.map(({ releases }) => releases),
    ),
    ...rows.map((row, i) =>
      line(
        row,
        columns.map(({ cells }) => cells[i] || "-"),
      ),
    ),
    "",
  ].join("\n");
}
