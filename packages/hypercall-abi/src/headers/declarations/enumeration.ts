import type { EnumType, IntegerType } from "../expressions/c-types.ts";
import { plainValue, wrap } from "../expressions/constant-value.ts";
import type { Cursor } from "../expressions/cursor.ts";
import { SyntaxProblem } from "../expressions/cursor.ts";
import { readExpression } from "../expressions/expression.ts";
import type { Token } from "../tokens/token.ts";
import { type Attributes, readAttributes } from "./attributes.ts";
import type { TypeReader } from "./type-reader.ts";

/** Reads `{ A, B = 2, ... }` and attributes after it. */
export function readEnumBody(
  cursor: Cursor,
  reader: TypeReader,
  type: EnumType,
  attributes: Attributes,
): void {
  cursor.expect("{");
  const { basic, tables } = reader;
  const named: Token[] = [];
  let next = 0n;
  while (!cursor.at("}")) {
    const name = cursor.identifier("the name of an enumerator");
    if (cursor.accept("=") !== undefined) {
      const at = cursor.token;
      const { value, why } = readExpression(cursor, reader);
      if (value === undefined)
        throw new SyntaxProblem(at, `enumerator: ${why ?? "not a constant"}`, "a constant");
      next = value;
    }
    const candidates = [basic.int, basic.unsignedInt, basic.longLong, basic.unsignedLongLong];
    const fits = candidates.find((t) => holds(t, next));
    if (fits === undefined)
      throw new SyntaxProblem(name, `enumerator ${name.text} overflows`, "at most 64 bits");
    named.push(name);
    tables.set(tables.enumerators, name.text, { value: plainValue(fits, next), at: name });
    type.values.set(name.text, next);
    next += 1n;
    if (cursor.accept(",") === undefined) break;
  }
  cursor.expect("}");
  readAttributes(cursor, reader, attributes);
  type.integer = compatibleType(type, reader, attributes.packed);
  // GNU C: an enumerator that int holds is an int; any other one is of the type that holds them all.
  for (const at of named) {
    const value = type.values.get(at.text) ?? 0n;
    if (holds(basic.int, value)) continue;
    tables.set(tables.enumerators, at.text, { value: plainValue(type.integer, value), at });
  }
  tables.complete(type);
  tables.push(tables.enums, type);
}

/**
 * GCC's choice: the first of unsigned int, int and their 64-bit relatives that holds every value; with `packed` the
 * smallest type that does.
 */
function compatibleType(type: EnumType, { basic }: TypeReader, packed: boolean): IntegerType {
  let low = 0n;
  let high = 0n;
  for (const value of type.values.values()) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const signs = low < 0n ? "signed" : "unsigned";
  const names = packed ? smallTypes[signs] : [];
  const candidates = [...names, ...wideTypes[signs]].flatMap((name) => basic.byName.get(name) ?? []);
  return candidates.find((t) => holds(t, low) && holds(t, high)) ?? basic.unsignedLongLong;
}

const smallTypes = {
  signed: ["signed char", "short"],
  unsigned: ["unsigned char", "unsigned short"],
} as const;
const wideTypes = {
  signed: ["int", "long", "long long"],
  unsigned: ["unsigned int", "unsigned long", "unsigned long long"],
} as const;

function holds(type: IntegerType, value: bigint): boolean {
  return wrap(value, type) === value;
}
