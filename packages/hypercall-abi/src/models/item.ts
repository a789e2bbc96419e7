import type {
  Abi,
  Constant,
  ConstantGroup,
  Enum,
  Prototype,
  Struct,
  Typedef,
  Unmodelled,
} from "../model/model.ts";
import { lazyProperty } from "./lazy-property.ts";
import { rowsFromText, rowsToText } from "./rows-text.ts";

/**
 * One declaration as one line of text without its line number, so that a declaration that no release changed is stored
 * once: tag, name, file and what it says, separated by tabs.
 */
interface Item {
  readonly text: string;
  readonly line: number;
}

/** The tag of each kind of declaration. */
export const tagsOf = {
  structs: "s",
  constants: "c",
  typedefs: "t",
  enums: "e",
  strings: "q",
  prototypes: "p",
  groups: "g",
  unmodelled: "u",
} as const;

/** All declarations of a model. */
export function itemsOf(abi: Abi): Item[] {
  const items: Item[] = [];
  const add = (
    tag: string,
    name: string,
    file: string,
    line: number,
    ...columns: (string | number)[]
  ): void => {
    items.push({ text: [tag, name, file, ...columns].join("\t"), line });
  };
  for (const [name, s] of Object.entries(abi.structs)) {
    add(
      tagsOf.structs,
      name,
      s.file,
      s.line,
      s.kind,
      s.size,
      s.align,
      s.macro ?? "",
      rowsToText(s.fields, s.line),
      ...(s.attributed ? ["a"] : []),
    );
  }
  for (const [name, c] of Object.entries(abi.constants)) {
    add(tagsOf.constants, name, c.file ?? "", c.line ?? 0, c.value, c.type, c.from ?? c.within ?? "");
  }
  for (const [name, t] of Object.entries(abi.typedefs))
    add(tagsOf.typedefs, name, t.file, t.line, t.target, t.size);
  for (const [name, e] of Object.entries(abi.enums)) {
    const values = Object.entries(e.values).map(([n, v]) => `${n}=${v}`);
    // The key of an untagged enum holds its place, which the line number gives back.
    add(tagsOf.enums, name.replace(/@.*$/, "@"), e.file, e.line, e.size, values.join(","));
  }
  for (const [name, text] of Object.entries(abi.strings))
    add(tagsOf.strings, name, "", 0, JSON.stringify(text));
  for (const [name, p] of Object.entries(abi.prototypes)) {
    add(tagsOf.prototypes, name, p.file, p.line, p.returns, JSON.stringify(p.parameters));
  }
  for (const [name, g] of Object.entries(abi.groups)) {
    const link = g.link === undefined ? "" : `${g.link.from}=>${g.link.to}`;
    add(tagsOf.groups, name, g.file, g.line, link, g.members.join(","));
  }
  for (const u of abi.unmodelled)
    add(tagsOf.unmodelled, u.name, u.file, u.line, u.reason, ...(u.tokens === undefined ? [] : [u.tokens]));
  return items;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The declarations of a model, to be filled one by one. */
export interface Declarations {
  /** By key. */
  readonly structs: Record<string, Struct>;
  /** By name. */
  readonly constants: Record<string, Constant>;
  /** By name. */
  readonly typedefs: Record<string, Typedef>;
  /** By key. */
  readonly enums: Record<string, Enum>;
  /** By name. */
  readonly strings: Record<string, string>;
  /** By name. */
  readonly prototypes: Record<string, Prototype>;
  /** By name. */
  readonly groups: Record<string, ConstantGroup>;
  /** In order of reading. */
  readonly unmodelled: Unmodelled[];
}

/** Adds one declaration of the pool: the text that {@link itemsOf} wrote behind the line it has in the newest release. */
export function addItem(into: Declarations, pooled: string, shift: number): void {
  // By index: destructuring runs an iterator, which counts over two thousand lines.
  const columns = pooled.split("\t");
  const line = Number(columns[0]) + shift;
  const name = columns[2];
  const file = columns[3];
  const a = columns[4];
  const b = columns[5];
  switch (columns[1]) {
    case tagsOf.structs: {
      const kind = a === "union" ? "union" : "struct";
      const struct = { kind, size: Number(b), align: Number(columns[6]) } as Mutable<Struct>;
      // Most readers want a few structs out of five hundred.
      lazyProperty(struct, "fields", () => rowsFromText(columns[8], line));
      struct.file = file;
      struct.line = line;
      if (columns[7] !== "") struct.macro = columns[7];
      if (columns[9] === "a") struct.attributed = true;
      into.structs[name] = struct;
      break;
    }
    case tagsOf.constants:
      into.constants[name] = constantOf(a, b, columns[6], file, line);
      break;
    case tagsOf.typedefs:
      into.typedefs[name] = { target: a, size: Number(b), file, line };
      break;
    case tagsOf.enums: {
      const key = name.endsWith("@") ? `${name}${file}:${line}` : name;
      const pairs = b === "" ? [] : b.split(",").map((pair) => pair.split("=") as [string, string]);
      const values = Object.fromEntries(pairs.map(([n, v]) => [n, Number(v)]));
      into.enums[key] = { size: Number(a), values, file, line };
      break;
    }
    case tagsOf.strings:
      into.strings[name] = JSON.parse(a) as string;
      break;
    case tagsOf.prototypes: {
      const parameters = JSON.parse(b) as Prototype["parameters"];
      into.prototypes[name] = { returns: a, parameters, file, line };
      break;
    }
    case tagsOf.groups: {
      const group: Mutable<ConstantGroup> = { members: b === "" ? [] : b.split(","), file, line };
      const arrow = a.indexOf("=>");
      if (arrow >= 0) group.link = { from: a.slice(0, arrow), to: a.slice(arrow + 2) };
      into.groups[name] = group;
      break;
    }
    default:
      into.unmodelled.push({ name, reason: a, file, line, ...(b === undefined ? {} : { tokens: b }) });
  }
}

function constantOf(value: string, type: string, context: string, file: string, line: number): Constant {
  if (context === "") return { value, type, file, line };
  return context === "enum"
    ? { value, type, from: "enum", file, line }
    : { value, type, within: context, file, line };
}
