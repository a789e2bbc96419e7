import { visibleJson } from "./printable.ts";

/** What JSON can hold. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** Arrays longer than this are written with one element a line. */
const SHORT_ARRAY = 4;

/**
 * A value as JSON text, in pieces: long arrays one element a line, all else on one line. Readable, comparable with
 * diff, and never one huge string.
 */
export function* jsonText(value: JsonValue, indent = ""): Generator<string> {
  if (Array.isArray(value)) yield* arrayText(value, indent);
  else if (typeof value === "object" && value !== null) {
    yield "{";
    let first = true;
    for (const [name, member] of Object.entries(value)) {
      yield `${first ? "" : ","}${visibleJson(JSON.stringify(name))}:`;
      yield* jsonText(member, indent);
      first = false;
    }
    yield "}";
  } else yield visibleJson(JSON.stringify(value));
}

function* arrayText(values: readonly JsonValue[], indent: string): Generator<string> {
  if (values.length <= SHORT_ARRAY) {
    yield "[";
    for (const [i, value] of values.entries()) {
      if (i > 0) yield ",";
      yield* jsonText(value, indent);
    }
    yield "]";
    return;
  }
  const inner = `${indent} `;
  yield "[";
  for (const [i, value] of values.entries()) {
    yield i > 0 ? `,\n${inner}` : `\n${inner}`;
    yield* jsonText(value, inner);
  }
  yield "]";
}
