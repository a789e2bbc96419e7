import type { Abi, Constant, ConstantGroup, Enum, Prototype, Struct, Typedef, Unmodelled } from "../model.ts";
import { rowsFromText, rowsToText } from "./rows-text.ts";

/**
 * One declaration as one line of text without its line number, so that a declaration that no release changed is stored
 * once: tag, name, file and what it says, separated by tabs.
 */
export interface Item {
  readonly text: string;
  readonly line: number;
}

const tagStruct = "s";
const tagConstant = "c";
const tagTypedef = "t";
const tagEnum = "e";
const tagString = "q";
const tagPrototype = "p";
const tagGroup = "g";
const tagUnmodelled = "u";

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
      tagStruct,
      name,
      s.file,
      s.line,
      s.kind,
      s.size,
      s.align,
      s.macro ?? "",
      rowsToText(s.fields, s.line),
    );
  }
  for (const [name, c] of Object.entries(abi.constants)) {
    add(tagConstant, name, c.file ?? "", c.line ?? 0, c.value, c.type, c.from ?? "");
  }
  for (const [name, t] of Object.entries(abi.typedefs))
    add(tagTypedef, name, t.file, t.line, t.target, t.size);
  for (const [name, e] of Object.entries(abi.enums)) {
    const values = Object.entries(e.values).map(([n, v]) => `${n}=${v}`);
    // The key of an untagged enum holds its place, which the line number gives back.
    add(tagEnum, name.replace(/@.*$/, "@"), e.file, e.line, e.size, values.join(","));
  }
  for (const [name, text] of Object.entries(abi.strings)) add(tagString, name, "", 0, JSON.stringify(text));
  for (const [name, p] of Object.entries(abi.prototypes)) {
    add(tagPrototype, name, p.file, p.line, p.returns, JSON.stringify(p.parameters));
  }
  for (const [name, g] of Object.entries(abi.groups)) {
    const link = g.link === undefined ? "" : `${g.link.from}=>${g.link.to}`;
    add(tagGroup, name, g.file, g.line, link, g.members.join(","));
  }
  for (const u of abi.unmodelled) add(tagUnmodelled, u.name, u.file, u.line, u.reason);
  return items;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The declarations of a model, to be filled one by one. */
export interface Declarations {
  readonly structs: Record<string, Struct>;
  readonly constants: Record<string, Constant>;
  readonly typedefs: Record<string, Typedef>;
  readonly enums: Record<string, Enum>;
  readonly strings: Record<string, string>;
  readonly prototypes: Record<string, Prototype>;
  readonly groups: Record<string, ConstantGroup>;
  readonly unmodelled: Unmodelled[];
}

/** Adds one declaration that {@link itemsOf} wrote. */
export function addItem(into: Declarations, text: string, line: number): void {
  const [tag, name, file, a, b, c, d, e] = text.split("\t") as [string, string, string, ...string[]];
  switch (tag) {
    case tagStruct: {
      const kind = a === "union" ? "union" : "struct";
      const fields = rowsFromText(e!, line);
      const struct: Mutable<Struct> = { kind, size: Number(b), align: Number(c), fields, file, line };
      if (d !== "") struct.macro = d!;
      into.structs[name] = struct;
      break;
    }
    case tagConstant: {
      const constant: Mutable<Constant> = { value: a!, type: b! };
      if (c !== "") constant.from = "enum";
      constant.file = file;
      constant.line = line;
      into.constants[name] = constant;
      break;
    }
    case tagTypedef:
      into.typedefs[name] = { target: a!, size: Number(b), file, line };
      break;
    case tagEnum: {
      const key = name.endsWith("@") ? `${name}${file}:${line}` : name;
      const pairs = b === "" ? [] : b!.split(",").map((pair) => pair.split("=") as [string, string]);
      into.enums[key] = {
        size: Number(a),
        values: Object.fromEntries(pairs.map(([n, v]) => [n, Number(v)])),
        file,
        line,
      };
      break;
    }
    case tagString:
      into.strings[name] = JSON.parse(a!) as string;
      break;
    case tagPrototype:
      into.prototypes[name] = {
        returns: a!,
        parameters: JSON.parse(b!) as Prototype["parameters"],
        file,
        line,
      };
      break;
    case tagGroup: {
      const group: Mutable<ConstantGroup> = { members: b === "" ? [] : b!.split(","), file, line };
      const arrow = a!.indexOf("=>");
      if (arrow >= 0) group.link = { from: a!.slice(0, arrow), to: a!.slice(arrow + 2) };
      into.groups[name] = group;
      break;
    }
    default:
      into.unmodelled.push({ name, reason: a!, file, line });
  }
}
