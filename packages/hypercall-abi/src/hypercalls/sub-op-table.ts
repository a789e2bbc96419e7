import type { ArgumentBuffer, ArgumentField, Direction, Releases, SubOp } from "./hypercall.ts";

/** What the sub-ops of one table have in common. */
interface SubOpTable {
  readonly nr: number;
  /** Prefix of the constants: `XEN_DOMCTL_`. */
  readonly constants: string;
  /** Prefix of the argument structs: `struct xen_domctl_`. */
  readonly structs: string;
  /** Struct whose union `u` holds the argument structs; without it a handle of the struct is the argument. */
  readonly within?: string;
  /** False: no sub-op is on Arm. */
  readonly onArm?: false;
}

/** Names that people read in hex: frames, addresses, domain ids, flags, masks. */
const hexNames =
  /(?:[gmps]fn|addr|maddr|dom|domid|dom_?id|domain|remote_dom|target|flags|mask|sbdf|physbase|gpa|gva|uva)$/;

/** A clause: which releases, which argument, or fields of one direction. */
interface Row {
  readonly cmd: number;
  readonly name: string;
  readonly clauses: ReadonlyMap<string, readonly string[]>;
}

/**
 * The sub-ops of a table in text, read when they are first asked for. A row each: number, name, and clauses behind `|`. A line that does not start with a
 * number goes on with the row before.
 *
 * - `in`, `out`, `inout`: members of the argument struct by who writes them. `name@4.13..` is in the struct of those
 *   releases only; `-name` is signed; `^name` is one of the hypercall's own struct; `*name` is the memory that the handle leads to, while
 *   the handle itself is always `in`; `*name=type` is memory that the argument `name` of the hypercall leads to.
 * - `arg`: argument struct without the table's prefix, where it is not the sub-op's name; `member:struct` where the
 *   union calls it otherwise; `!tag` for a struct without the prefix.
 * - `value`: direction and type of an argument that is no struct.
 * - `headers 4.12..4.18`: releases that have the constant. `arm 4.19..`: releases where Arm takes it, `arm no`: none.
 *
 * What it gives throws on a row that it cannot read: a mistake in a file of this directory.
 */
export function subOpTable(table: SubOpTable, text: string): () => readonly SubOp[] {
  let subOps: readonly SubOp[] | undefined;
  return () => {
    subOps ??= rowsOf(text).map((row) => subOpOf(table, row));
    return subOps;
  };
}

function rowsOf(text: string): Row[] {
  return text
    .trim()
    .split(/\n(?=\s*\d+ +\w+\s*(?:\||\n|$))/)
    .map((line) => {
      const [head, ...rest] = line.split("|").map((part) => part.trim());
      const match = /^(\d+) +(\w+)$/.exec(head ?? "");
      if (match === null) throw new Error(`no sub-op: ${line}`);
      const clauses = new Map(
        rest.map((clause): [string, string[]] => {
          const [key, ...words] = clause.split(/\s+/);
          if (!/^(?:in|out|inout|arg|value|headers|arm)$/.test(key)) throw new Error(`no clause: ${clause}`);
          return [key, words];
        }),
      );
      return { cmd: Number(match[1]), name: match[2], clauses };
    });
}

function subOpOf(table: SubOpTable, { cmd, name, clauses }: Row): SubOp {
  const fields: ArgumentField[] = [];
  const buffers: ArgumentBuffer[] = [];
  for (const direction of ["in", "inout", "out"] as const) {
    for (const word of clauses.get(direction) ?? []) {
      if (word.startsWith("*")) buffers.push(bufferOf(word.slice(1), direction));
      else fields.push(fieldOf(table, word, direction));
    }
  }
  const inStruct =
    fields.some((field) => field.struct === undefined) ||
    buffers.some((buffer) => buffer.element === undefined);
  const [member = name, struct = member] = (clauses.get("arg")?.[0] ?? name).split(":");
  const [direction, type] = clauses.get("value") ?? [];
  const arm = clauses.get("arm")?.[0];
  const releases = clauses.get("headers")?.[0];
  const onArm = table.onArm ?? arm !== "no";
  return {
    nr: table.nr,
    cmd,
    name,
    constant: `${table.constants}${name}`,
    struct: !inStruct
      ? null
      : struct.startsWith("!")
        ? `struct ${struct.slice(1)}`
        : `${table.structs}${struct}`,
    ...(inStruct && table.within !== undefined ? { member: `u.${member}` } : {}),
    argument: inStruct ? "struct" : type !== undefined ? "value" : "none",
    ...(type === undefined ? {} : { value: { type, direction: direction as Direction } }),
    fields,
    lists: [],
    ...(buffers.length === 0 ? {} : { buffers }),
    ...(releases === undefined ? {} : { releases: releasesOf(releases) }),
    onArm,
    ...(onArm && arm !== undefined ? { arm: releasesOf(arm) } : {}),
  };
}

function bufferOf(word: string, direction: Direction): ArgumentBuffer {
  const [name, range] = word.split("@");
  const [path, element] = name.split("=");
  return {
    path: path,
    direction,
    ...(element === undefined ? {} : { element }),
    ...(range === undefined ? {} : { releases: releasesOf(range) }),
  };
}

function fieldOf(table: SubOpTable, word: string, direction: Direction): ArgumentField {
  const [text, range] = word.split("@");
  const releases = range === undefined ? {} : { releases: releasesOf(range) };
  const signed = text.startsWith("-");
  const name = signed ? text.slice(1) : text;
  const radix = hexNames.test(name) ? 16 : 10;
  if (!name.startsWith("^")) return { name, direction, radix, ...(signed ? { signed } : {}), ...releases };
  if (table.within === undefined) throw new Error(`no struct around ${word}`);
  const path = name.slice(1);
  return {
    name: `${table.within.replace(/^struct /, "")}.${path}`,
    path,
    struct: table.within,
    direction,
    radix,
  };
}

/** `4.12..4.18`; an end may be left out. */
export function releasesOf(text: string): Releases {
  const match = /^(\d+\.\d+)?\.\.(\d+\.\d+)?$/.exec(text);
  if (match === null) throw new Error(`no releases: ${text}`);
  const [, since, until] = match;
  return { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) };
}
