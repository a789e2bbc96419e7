import { lineAt, makeSourceFile } from "../tokens/source-file.ts";
import { withoutComments } from "../tokens/without-comments.ts";
import { type CDeclaration, declarationOf, expressionOf, RUST_PREFIX } from "./rust-types.ts";

/** What Rust's `target_arch` calls an architecture. */
const TARGETS: Readonly<Record<string, string>> = {
  arm64: "aarch64",
  arm32: "arm",
  x86_64: "x86_64",
  x86_32: "x86",
};

/** Xen's tag for a Rust type's name, told by the names of its members where the name alone does not; else the name. */
type TagOf = (name: string, members: readonly string[]) => string;

/** A struct, union, alias or newtype of a Rust module. */
interface Item {
  readonly name: string;
  /** What C calls it. */
  readonly tag: string;
  /** Characters of its body; 0 for one without. */
  readonly length: number;
  readonly text: string;
  readonly needs: readonly string[];
}

/** A module of Rust as a header of C. */
interface RustHeader {
  /** Declarations of C, each after what it holds. */
  readonly text: string;
  /** Line in the module by the name that the header gives to a struct or constant. */
  readonly lines: ReadonlyMap<string, number>;
}

/** Whether a module declares types that lie in memory as C lays them out. */
export function hasInterface(text: string): boolean {
  return /#\[repr\(\s*C\b/.test(text);
}

const ATTRIBUTES = /((?:#\[[^\n]{0,400}\]\s{0,200}){0,20})/;
const DECLARATION = new RegExp(
  `${ATTRIBUTES.source}(?:pub(?:\\([^)]*\\))?\\s+)?(struct|union|enum|type|const)\\s+([A-Za-z_]\\w*)`,
  "g",
);

/**
 * Translates what a module says of an interface: `#[repr(C)]` structs and unions, newtypes, aliases and constants, the ones of
 * the architecture where `cfg` tells them apart.
 */
export function rustAsHeader(source: string, arch: string, tagOf: TagOf): RustHeader {
  const text = withoutComments(source);
  const file = makeSourceFile("", text);
  const items: Item[] = [];
  const constants: string[] = [];
  const lines = new Map<string, number>();
  // What a struct's body holds is none of its own; a body without an end is not looked for again.
  let from = 0;
  for (const match of text.matchAll(DECLARATION)) {
    const [whole, attributes, kind, name] = match;
    if (match.index < from || !isFor(attributes, arch)) continue;
    const rest = text.slice(match.index + whole.length);
    const line = lineAt(file, match.index + whole.length - 1);
    if (kind === "const") {
      const [, value] = /^\s*:[^=;]{0,200}=\s*([^;]{0,2000});/.exec(rest) ?? [];
      // A struct, an array, a reference: no number of the interface.
      if (value === undefined || /^\s*[&[]|\{/.test(value)) continue;
      constants.push(
        `#define ${name} ${value.trim().startsWith('"') ? value.trim() : `(${expressionOf(value)})`}`,
      );
      lines.set(name, line);
      continue;
    }
    const item = kind === "type" ? aliasOf(name, rest) : itemOf(kind, name, attributes, rest, tagOf);
    from = match.index + (item?.length ?? (attributes.includes("repr(C") ? BODY_MAX : 0));
    if (item === undefined) continue;
    items.push(item);
    lines.set(item.tag, line);
  }
  return { text: [...constants, ...ordered(items).map((item) => item.text), ""].join("\n"), lines };
}

/** Whether no `cfg` of the attributes says that the item is for another architecture. */
function isFor(attributes: string, arch: string): boolean {
  const mine = TARGETS[arch];
  const cfg = /cfg\(([\s\S]*?)\)\s*\]/.exec(attributes)?.[1] ?? "";
  const named = [...cfg.matchAll(/target_arch\s*=\s*"(\w+)"/g)].map((m) => m[1]);
  if (named.length === 0) return true;
  return /\bnot\s*\(/.test(cfg) ? !named.includes(mine) : named.includes(mine);
}

function aliasOf(name: string, rest: string): Item | undefined {
  const [, type] = /^\s*=\s*([^;]{0,1000});/.exec(rest) ?? [];
  const declaration = type === undefined ? undefined : declarationOf(type);
  return declaration && typedef(name, declaration);
}

function typedef(name: string, { type, suffix, needs }: CDeclaration): Item {
  return { name, tag: name, length: 0, text: `typedef ${type} ${RUST_PREFIX}${name}${suffix};`, needs };
}

function itemOf(
  kind: string,
  name: string,
  attributes: string,
  rest: string,
  tagOf: TagOf,
): Item | undefined {
  const represented = [...attributes.matchAll(/repr\(([^\]]*)\)\s*\]/g)].map((m) => m[1]).join(",");
  const number = /\b([ui](?:8|16|32|64|size))\b/.exec(represented)?.[1];
  if (kind === "enum") {
    const declaration = number === undefined ? undefined : declarationOf(number);
    return declaration && typedef(name, declaration);
  }
  const tuple = /^\s*(?:<[^>]{0,200}>)?\s*\(([\s\S]{0,1000}?)\)\s*;/.exec(rest)?.[1];
  if (tuple !== undefined) {
    const fields = tuple
      .split(",")
      .flatMap((field) => declarationOf(field.replace(/^\s*pub(?:\([^)]*\))?\s+/, "")) ?? []);
    return /\b(?:C|transparent)\b/.test(represented) && fields.length === 1
      ? typedef(name, fields[0])
      : undefined;
  }
  const open = /^\s*(?:<[^>{]{0,200}>)?\s*\{/.exec(rest)?.[0].length ?? 0;
  const close = open === 0 ? -1 : closing(rest, open);
  if (!/\bC\b/.test(represented) || close < 0) return undefined;
  const members = fieldsOf(rest.slice(open, close));
  const tag = tagOf(
    name,
    members.map((member) => member.name),
  );
  const packed = /\bpacked\b/.test(represented) ? "packed, " : "";
  const align = /\balign\((\d+)\)/.exec(represented)?.[1];
  const attribute =
    packed !== "" || align !== undefined
      ? ` __attribute__((${packed}${align === undefined ? "" : `aligned(${align})`}))`
      : "";
  return {
    name,
    tag,
    length: close,
    text: `${kind} ${tag} { ${members.map((m) => `${m.type} ${m.name}${m.suffix};`).join(" ")} }${attribute}; typedef ${kind} ${tag} ${RUST_PREFIX}${name};`,
    needs: members.flatMap((m) => m.needs),
  };
}

/** Characters of one struct's body: bindgen's longest take a tenth. */
const BODY_MAX = 100_000;

/** Where the body that begins here ends; -1 for one without an end. */
function closing(text: string, begin: number): number {
  let depth = 1;
  for (let i = begin; i < Math.min(text.length, begin + BODY_MAX); i++) {
    if (text[i] === "{") depth++;
    else if (text[i] === "}" && --depth === 0) return i;
  }
  return -1;
}

function fieldsOf(body: string): (CDeclaration & { readonly name: string })[] {
  const plain = body.replace(/#\[[^\]]*\]/g, " ");
  const fields: (CDeclaration & { name: string })[] = [];
  // Commas inside brackets belong to a type.
  for (const part of splitTop(plain)) {
    const [, name, type] =
      /^\s*(?:pub(?:\([^)]*\))?\s+)?(?:r#)?([A-Za-z_]\w*)\s*:\s*([\s\S]+)$/.exec(part) ?? [];
    const declaration = type === undefined ? undefined : declarationOf(type);
    if (declaration !== undefined) fields.push({ name, ...declaration });
  }
  return fields;
}

function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "<" || c === "(" || c === "[" || c === "{") depth++;
    else if ((c === ">" && text[i - 1] !== "-") || c === ")" || c === "]" || c === "}") depth--;
    else if (c === "," && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...parts, text.slice(start)];
}

/** What a struct holds comes before it: Rust asks for no order. */
function ordered(items: readonly Item[]): Item[] {
  const byName = new Map(items.map((item) => [item.name, item]));
  const done = new Set<string>();
  const out: Item[] = [];
  const visit = (item: Item): void => {
    if (done.has(item.name)) return;
    done.add(item.name);
    for (const need of item.needs) {
      const needed = byName.get(need);
      if (needed !== undefined) visit(needed);
    }
    out.push(item);
  };
  for (const item of items) visit(item);
  return out;
}
