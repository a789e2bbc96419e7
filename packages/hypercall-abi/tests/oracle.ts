import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Abi, Field, Mode } from "../src/model/model.ts";

/** What a compiler said of one release, architecture and mode. */
export interface Oracle {
  readonly structs: Readonly<
    Record<
      string,
      { kind: string; size: number; align: number; file: string; line: number; fields: readonly Field[] }
    >
  >;
  readonly constants: Readonly<Record<string, { value: string; type?: string; file: string; line?: number }>>;
  readonly hypercalls: Readonly<Record<string, number>>;
  readonly enums: Readonly<Record<string, { size: number; values: Readonly<Record<string, number>> }>>;
  readonly typedefs: Readonly<Record<string, { target: string; size: number }>>;
  readonly strings: Readonly<Record<string, string>>;
  readonly headersUsed: readonly string[];
}

export function readOracle(release: string, arch: string, mode: Mode): Oracle {
  const name = `${release}-${arch}${mode === "guest" ? "-guest" : ""}.json.gz`;
  return JSON.parse(
    gunzipSync(readFileSync(new URL(`oracle/${name}`, import.meta.url))).toString("utf8"),
  ) as Oracle;
}

/** Debug information spells some types in its own words, and knows `unsigned long long` on Arm by another name. */
function plainType(type: string): string {
  return type
    .replace(/\blong unsigned int\b/, "unsigned long")
    .replace(/\blong long unsigned int\b/, "unsigned long long")
    .replace(/\blong int\b/, "long");
}

/** Comparison of a model with a compiler: every difference as one line, and how many things were compared. */
export interface Comparison {
  readonly mismatches: readonly string[];
  readonly compared: number;
}

const fieldKeys = [
  "path",
  "offset",
  "size",
  "bitOffset",
  "bitWidth",
  "anonymous",
  "flexible",
  "pointer",
  "handle",
] as const;

/** Compares in both directions: what one of them lacks is a mismatch too. */
export function compareWithOracle(abi: Abi, oracle: Oracle): Comparison {
  const mismatches: string[] = [];
  let compared = 0;
  const same = (what: string, model: unknown, compiler: unknown): void => {
    compared++;
    if (JSON.stringify(model) !== JSON.stringify(compiler)) {
      mismatches.push(`${what}: model ${JSON.stringify(model)}, compiler ${JSON.stringify(compiler)}`);
    }
  };
  same("aggregates", Object.keys(abi.structs).sort(), Object.keys(oracle.structs).sort());
  for (const [name, theirs] of Object.entries(oracle.structs)) {
    const ours = abi.structs[name];
    same(
      `${name} kind, size, align`,
      [ours?.kind, ours?.size, ours?.align],
      [theirs.kind, theirs.size, theirs.align],
    );
    same(`${name} place`, [ours?.file, ours?.line], [theirs.file, theirs.line]);
    same(`${name} rows`, ours?.fields.length, theirs.fields.length);
    theirs.fields.forEach((field, i) => {
      const mine = ours?.fields[i];
      for (const key of fieldKeys) same(`${name}.${field.path} ${key}`, mine?.[key], field[key]);
      same(`${name}.${field.path} array`, mine?.array, field.array);
      same(`${name}.${field.path} type`, mine?.type, plainType(field.type));
    });
  }
  same("constants", Object.keys(abi.constants).sort(), Object.keys(oracle.constants).sort());
  for (const [name, theirs] of Object.entries(oracle.constants)) {
    const ours = abi.constants[name];
    same(`${name} value`, ours?.value, theirs.value);
    // The compiler's file has no type for an enumerator.
    if (theirs.type !== undefined) same(`${name} type`, ours?.type, theirs.type);
    if (theirs.line !== undefined)
      same(`${name} place`, [ours?.file, ours?.line], [theirs.file, theirs.line]);
  }
  same("hypercalls", sortedEntries(abi.hypercalls), sortedEntries(oracle.hypercalls));
  for (const [name, theirs] of Object.entries(oracle.enums)) {
    const ours = abi.enums[name];
    same(
      `${name}`,
      [ours?.size, sortedEntries(ours?.values ?? {})],
      [theirs.size, sortedEntries(theirs.values)],
    );
  }
  for (const [name, theirs] of Object.entries(oracle.typedefs)) {
    const ours = abi.typedefs[name];
    same(`typedef ${name}`, [ours?.target, ours?.size], [plainType(theirs.target), theirs.size]);
  }
  for (const [name, body] of Object.entries(oracle.strings)) {
    // A macro that stands for another macro's name is listed there as a string; it holds none.
    if (body.startsWith('"')) same(`string ${name}`, abi.strings[name], body.slice(1, -1));
  }
  return { mismatches, compared };
}

function sortedEntries(record: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
