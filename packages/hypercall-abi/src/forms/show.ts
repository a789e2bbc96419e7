import { number } from "../diff/describe-change.ts";
import { ModelLookupError, structKey } from "../model/field-of.ts";
import type { Abi, Constant, Field, Struct } from "../model/model.ts";

/** What of a model is to be shown. */
export interface ShowOptions {
  /** A struct, constant, hypercall or typedef; `*` stands for any letters. Without it all of the model. */
  readonly name?: string;
  /** `json` prints what `abi import` writes. */
  readonly format: "text" | "json";
}

/** Names offered when one is not found. */
const suggestionsMax = 5;

/** A model, or what a name picks of it, for people or programs. Throws ModelLookupError when nothing has the name. */
export function renderAbi(abi: Abi, options: ShowOptions): string {
  const part = options.name === undefined ? abi : partOf(abi, options.name);
  if (options.format === "json") return `${JSON.stringify(part, null, 1)}\n`;
  const head = `Xen ${abi.xen}, ${abi.arch}, ${abi.mode}`;
  const structs = Object.entries(part.structs);
  const constants = Object.entries(part.constants);
  const lines: string[] = [];
  if (options.name === undefined) lines.push(...overview(abi, head));
  else for (const [name, struct] of structs) lines.push(...structText(abi, name, struct, head), "");
  if (options.name === undefined) {
    const width = Math.max(0, ...structs.map(([name]) => name.length));
    for (const [name, s] of structs) {
      lines.push(`${name.padEnd(width)}  ${String(s.size).padStart(5)} bytes  ${s.file}:${s.line}`);
    }
    lines.push("");
  }
  lines.push(...constantLines(constants));
  for (const [name, t] of options.name === undefined ? [] : Object.entries(part.typedefs)) {
    lines.push(`typedef ${name}: ${t.target}, ${t.size} bytes  (${t.file}:${t.line})`);
  }
  for (const [name, text] of options.name === undefined ? [] : Object.entries(part.strings)) {
    lines.push(`${name} = ${JSON.stringify(text)}`);
  }
  for (const [name, p] of Object.entries(part.prototypes)) {
    const parameters = p.parameters.map((a) => `${a.type} ${a.name}`.trim()).join(", ");
    lines.push(`HYPERVISOR_${name}(${parameters}): ${p.returns}  (${p.file}:${p.line})`);
  }
  while (lines.at(-1) === "") lines.pop();
  return `${lines.join("\n")}\n`;
}

function overview(abi: Abi, head: string): string[] {
  const count = (record: object): number => Object.keys(record).length;
  const version = `0x${abi.interfaceVersion.toString(16).padStart(8, "0")}`;
  return [
    head,
    `  interface version ${version}, ${abi.headers.length} headers`,
    `  ${count(abi.structs)} structs and unions, ${count(abi.constants)} constants, ${count(abi.hypercalls)} hypercalls`,
    `  ${abi.unmodelled.length} declarations are no data: functions, macros that are code, lists`,
    "",
  ];
}

/** Structs and constants that a name picks. */
export function matchesOf(abi: Abi, name: string): Pick<Abi, "structs" | "constants"> {
  const { structs, constants } = picked(abi, name);
  return { structs, constants };
}

/** The same model with only what a name picks. */
function picked(abi: Abi, name: string): Abi {
  const pattern = patternOf(name);
  const pick = <V>(record: Readonly<Record<string, V>>, also: readonly string[] = []): Record<string, V> =>
    Object.fromEntries(Object.entries(record).filter(([key]) => pattern.test(key) || also.includes(key)));
  const key = name.includes("*") ? undefined : structKey(abi, name);
  return {
    ...abi,
    structs: pick(abi.structs, key === undefined ? [] : [key]),
    constants: pick(abi.constants),
    hypercalls: pick(abi.hypercalls),
    typedefs: pick(abi.typedefs),
    enums: pick(abi.enums),
    strings: pick(abi.strings),
    prototypes: pick(abi.prototypes),
    groups: pick(abi.groups),
    unmodelled: abi.unmodelled.filter((u) => pattern.test(u.name)),
  };
}

/** The same. Throws ModelLookupError where that is nothing. */
function partOf(abi: Abi, name: string): Abi {
  const part = picked(abi, name);
  const sections = [
    part.structs,
    part.constants,
    part.typedefs,
    part.enums,
    part.strings,
    part.prototypes,
    part.groups,
  ];
  if (sections.some((s) => Object.keys(s).length > 0)) return part;
  const reason = part.unmodelled[0];
  if (reason !== undefined) {
    throw new ModelLookupError(`${name} (${reason.file}:${reason.line}) is no data: ${reason.reason}`);
  }
  throw new ModelLookupError(
    `Xen ${abi.xen} ${abi.arch} ${abi.mode} has no '${name}'`,
    suggestions(abi, name),
  );
}

function patternOf(name: string): RegExp {
  const plain = name.replace(/^(?:struct|union|enum) /, "");
  const body = plain.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*+/g, ".*");
  return new RegExp(`^(?:(?:struct|union|enum) |__HYPERVISOR_)?${body}$`);
}

/** Names that hold the wanted one, or that it holds, without regard to case. */
function suggestions(abi: Abi, name: string): string[] {
  const wanted = name
    .replace(/^(?:struct|union|enum) /, "")
    .replaceAll("*", "")
    .toLowerCase();
  if (wanted.length < 3) return [];
  const names = [...Object.keys(abi.structs), ...Object.keys(abi.constants), ...Object.keys(abi.strings)];
  return names.filter((n) => n.toLowerCase().includes(wanted)).slice(0, suggestionsMax);
}

function structText(abi: Abi, name: string, struct: Struct, head: string): string[] {
  const lines = [`${name}  (${struct.file}:${struct.line})  ${head}`];
  lines.push(
    `  ${struct.size} bytes, aligned to ${struct.align}${struct.macro === undefined ? "" : `, made by ${struct.macro}`}`,
  );
  const rows = struct.fields.filter((f) => !f.anonymous);
  const width = Math.max(0, ...rows.map((f) => typeText(f).length));
  const padding = gaps(coverage(struct));
  const line = (offset: number, size: string, rest: string): string =>
    `  ${String(offset).padStart(6)} ${size.padStart(6)}  ${rest}`;
  const gap = ([from, to]: readonly [number, number]): string => line(from, `${to - from}`, "padding");
  let next = 0;
  for (const field of rows) {
    for (; next < padding.length && padding[next][0] < field.offset; next++) lines.push(gap(padding[next]));
    lines.push(line(field.offset, sizeText(field), `${typeText(field).padEnd(width)}  ${field.path}`));
  }
  lines.push(...padding.slice(next).map(gap));
  const flags = Object.entries(abi.constants)
    .filter(([, c]) => c.within === name)
    .sort(([, a], [, b]) => (a.line ?? 0) - (b.line ?? 0));
  if (flags.length > 0)
    lines.push("  defined in its body:", ...constantLines(flags).map((line) => `    ${line}`));
  return lines;
}

function sizeText(field: Field): string {
  if (field.bitWidth !== undefined) return `${firstBit(field) - field.offset * 8}:${field.bitWidth}`;
  return field.flexible ? "[]" : `${field.size}`;
}

/** Bits from the start of the struct. */
function firstBit(field: Field): number {
  return field.bitOffset ?? field.offset * 8;
}

function typeText(field: Field): string {
  return field.handle ? `handle of ${field.type.replace(/^__guest_handle_(?:64_)?/, "")}` : field.type;
}

/** Which bytes of a struct a member takes. */
function coverage(struct: Struct): Uint8Array {
  const covered = new Uint8Array(Math.min(struct.size, 1 << 20));
  for (const f of struct.fields) {
    if (f.anonymous || /^(?:struct|union) <anonymous>/.test(f.type)) continue;
    const from = f.bitWidth === undefined ? f.offset : Math.floor(firstBit(f) / 8);
    const to = f.bitWidth === undefined ? f.offset + f.size : Math.ceil((firstBit(f) + f.bitWidth) / 8);
    covered.fill(1, from, to);
  }
  // Elements after the first of an array of unnamed structs are like the first.
  for (const f of struct.fields)
    if (/<anonymous>\[/.test(f.type)) covered.fill(1, f.offset, f.offset + f.size);
  return covered;
}

function gaps(covered: Uint8Array): [number, number][] {
  const found: [number, number][] = [];
  for (let at = covered.indexOf(0); at >= 0; at = covered.indexOf(0, at)) {
    const next = covered.indexOf(1, at);
    const end = next < 0 ? covered.length : next;
    found.push([at, end]);
    at = end;
  }
  return found;
}

function constantLines(constants: readonly (readonly [string, Constant])[]): string[] {
  const width = Math.max(0, ...constants.map(([name]) => name.length));
  return constants.map(([name, c]) => {
    const hex = number(c.value, "_VERSION");
    const also = hex === c.value ? "" : `  ${hex}`;
    const place = c.file === undefined ? "" : `  (${c.file}:${c.line})`;
    return `${name.padEnd(width)} = ${c.value}${also}  ${c.type}${place}`;
  });
}
