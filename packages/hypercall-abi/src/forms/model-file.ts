import { MODEL_FILE_BYTES_MAX } from "../limits.ts";
import { architectures } from "../model/architecture.ts";
import { hypercallNumbers } from "../model/hypercall-numbers.ts";
import type { Abi, Constant, Field, Struct, Unmodelled } from "../model/model.ts";

/** A model file does not hold a model; the message says where. */
export class ModelFileError extends Error {
  override readonly name = "ModelFileError";
}

/** A model as people write it to a file: the JSON form of {@link Abi}. Ends with a newline. */
export function writeModelFile(abi: Abi): string {
  return `${JSON.stringify(abi, null, 1)}\n`;
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

/**
 * Reads a model file. What is not needed for layouts and values may be absent: typedefs, enums, strings, groups, places.
 * Throws ModelFileError with the path of what is wrong.
 */
export function readModelFile(text: string): Abi {
  if (text.length > MODEL_FILE_BYTES_MAX)
    throw new ModelFileError(`a model file of over ${MODEL_FILE_BYTES_MAX} characters`);
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch (problem) {
    throw new ModelFileError(`no JSON: ${(problem as Error).message}`);
  }
  const root = object(json, "the file");
  if (root.version !== 1)
    throw new ModelFileError(`version: ${JSON.stringify(root.version)}; this reads version 1`);
  const arch = architectures.find((a) => a.name === root.arch)?.name;
  if (arch === undefined) {
    throw new ModelFileError(
      `arch: ${JSON.stringify(root.arch)}; known are ${architectures.map((a) => a.name).join(", ")}`,
    );
  }
  const mode = root.mode;
  if (mode !== "tools" && mode !== "guest") throw new ModelFileError("mode: needs 'tools' or 'guest'");
  const constants = mapped(root.constants, "constants", constantOf);
  const optional = (key: string): JsonObject => (root[key] === undefined ? {} : object(root[key], key));
  const abi: Abi = {
    version: 1,
    xen: string(root.xen, "xen"),
    arch,
    mode,
    interfaceVersion:
      root.interfaceVersion === undefined ? 0 : whole(root.interfaceVersion, "interfaceVersion"),
    headers: list(root.headers ?? [], "headers").map((h, i) => string(h, `headers[${i}]`)),
    structs: mapped(root.structs, "structs", structOf),
    constants,
    hypercalls:
      root.hypercalls === undefined
        ? hypercallNumbers(constants)
        : mapped(root.hypercalls, "hypercalls", whole),
    typedefs: mapped(optional("typedefs"), "typedefs", (value, at) => {
      const t = object(value, at);
      return { target: string(t.target, `${at}.target`), size: whole(t.size, `${at}.size`), ...placeOf(t) };
    }),
    enums: mapped(optional("enums"), "enums", (value, at) => {
      const e = object(value, at);
      return {
        size: whole(e.size, `${at}.size`),
        values: mapped(e.values, `${at}.values`, integer),
        ...placeOf(e),
      };
    }),
    strings: mapped(optional("strings"), "strings", string),
    prototypes: mapped(optional("prototypes"), "prototypes", (value, at) => {
      const p = object(value, at);
      const parameters = list(p.parameters ?? [], `${at}.parameters`).map((parameter, i) => {
        const q = object(parameter, `${at}.parameters[${i}]`);
        return {
          type: string(q.type, `${at}.parameters[${i}].type`),
          name: string(q.name, `${at}.parameters[${i}].name`),
        };
      });
      return { returns: string(p.returns, `${at}.returns`), parameters, ...placeOf(p) };
    }),
    groups: mapped(optional("groups"), "groups", (value, at) => {
      const g = object(value, at);
      const members = list(g.members ?? [], `${at}.members`).map((m, i) => string(m, `${at}.members[${i}]`));
      if (g.link === undefined) return { members, ...placeOf(g) };
      const link = object(g.link, `${at}.link`);
      const ends = { from: string(link.from, `${at}.link.from`), to: string(link.to, `${at}.link.to`) };
      return { members, link: ends, ...placeOf(g) };
    }),
    unmodelled: root.unmodelled === undefined ? [] : list(root.unmodelled, "unmodelled").map(unmodelledOf),
  };
  return abi;
}

function structOf(value: Json, at: string): Struct {
  const s = object(value, at);
  if (s.kind !== "struct" && s.kind !== "union")
    throw new ModelFileError(`${at}.kind: needs 'struct' or 'union'`);
  const fields = list(s.fields, `${at}.fields`).map((f, i) => fieldOf(f, `${at}.fields[${i}]`));
  return {
    kind: s.kind,
    size: whole(s.size, `${at}.size`),
    align: whole(s.align, `${at}.align`),
    fields,
    ...(s.attributed === true ? { attributed: true as const } : {}),
    ...placeOf(s),
  };
}

function fieldOf(value: Json, at: string): Field {
  const f = object(value, at);
  const flags: { flexible?: true; pointer?: true; handle?: true; anonymous?: true } = {};
  for (const key of ["flexible", "pointer", "handle", "anonymous"] as const)
    if (f[key] === true) flags[key] = true;
  const array =
    f.array === undefined
      ? {}
      : {
          array: list(f.array, `${at}.array`).map((n, i) =>
            n === null ? null : whole(n, `${at}.array[${i}]`),
          ),
        };
  const bits =
    f.bitWidth === undefined
      ? {}
      : { bitOffset: whole(f.bitOffset, `${at}.bitOffset`), bitWidth: whole(f.bitWidth, `${at}.bitWidth`) };
  const macros =
    f.macros === undefined
      ? {}
      : { macros: list(f.macros, `${at}.macros`).map((m, i) => string(m, `${at}.macros[${i}]`)) };
  return {
    path: string(f.path, `${at}.path`),
    offset: whole(f.offset, `${at}.offset`),
    size: whole(f.size, `${at}.size`),
    type: string(f.type, `${at}.type`),
    ...array,
    ...flags,
    ...bits,
    ...(f.inside === undefined ? {} : { inside: whole(f.inside, `${at}.inside`) }),
    ...(isLine(f.line) ? { line: f.line } : {}),
    ...macros,
  };
}

function constantOf(value: Json, at: string): Constant {
  const c = object(value, at);
  const text = string(c.value, `${at}.value`);
  if (!/^-?[0-9]{1,40}$/.test(text))
    throw new ModelFileError(`${at}.value: needs a decimal number in a string`);
  const from = c.from === "enum" ? ({ from: "enum" } as const) : {};
  const within = typeof c.within === "string" ? { within: c.within } : {};
  const place = typeof c.file === "string" && isLine(c.line) ? { file: c.file, line: c.line } : {};
  return { value: text, type: string(c.type, `${at}.type`), ...from, ...within, ...place };
}

function unmodelledOf(value: Json, index: number): Unmodelled {
  const at = `unmodelled[${index}]`;
  const u = object(value, at);
  const tokens = u.tokens === undefined ? {} : { tokens: string(u.tokens, `${at}.tokens`) };
  return {
    name: string(u.name, `${at}.name`),
    reason: string(u.reason, `${at}.reason`),
    ...tokens,
    ...placeOf(u),
  };
}

function placeOf(value: JsonObject): { file: string; line: number } {
  return {
    file: typeof value.file === "string" ? value.file : "",
    line: isLine(value.line) ? value.line : 0,
  };
}

function isLine(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value);
}

function mapped<V>(
  value: Json | undefined,
  at: string,
  read: (value: Json, at: string) => V,
): Record<string, V> {
  const entries = Object.entries(object(value, at));
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, read(inner, `${at}[${JSON.stringify(key)}]`)]),
  );
}

function object(value: Json | undefined, at: string): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ModelFileError(`${at}: needs an object`);
  }
  return value as JsonObject;
}

function list(value: Json | undefined, at: string): readonly Json[] {
  if (!Array.isArray(value)) throw new ModelFileError(`${at}: needs a list`);
  return value as readonly Json[];
}

function string(value: Json | undefined, at: string): string {
  if (typeof value !== "string") throw new ModelFileError(`${at}: needs a string`);
  return value;
}

function integer(value: Json | undefined, at: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value))
    throw new ModelFileError(`${at}: needs a whole number`);
  return value;
}

function whole(value: Json | undefined, at: string): number {
  const number = integer(value, at);
  if (number < 0) throw new ModelFileError(`${at}: needs a number of at least 0`);
  return number;
}
