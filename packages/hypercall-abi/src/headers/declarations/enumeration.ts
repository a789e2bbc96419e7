import type { EnumType } from "../expressions/c-types.ts";
import { plainValue } from "../expressions/constant-value.ts";
import type { Cursor } from "../expressions/cursor.ts";
import { SyntaxProblem } from "../expressions/cursor.ts";
import { readExpression } from "../expressions/expression.ts";
import type { TypeReader } from "./type-reader.ts";

/** Reads `{ A, B = 2, ... }`. */
export function readEnumBody(cursor: Cursor, reader: TypeReader, type: EnumType): void {
  cursor.expect("{");
  const { basic, tables } = reader;
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
    const fits = [basic.int, basic.unsignedInt, basic.longLong, basic.unsignedLongLong].find((t) => {
      const low = t.signed ? -(1n << BigInt(t.size * 8 - 1)) : 0n;
      const high = t.signed ? 1n << BigInt(t.size * 8 - 1) : 1n << BigInt(t.size * 8);
      return next >= low && next < high;
    });
    if (fits === undefined)
      throw new SyntaxProblem(name, `enumerator ${name.text} overflows`, "at most 64 bits");
    tables.set(tables.enumerators, name.text, { value: plainValue(fits, next), at: name });
    type.values.set(name.text, next);
    next += 1n;
    if (cursor.accept(",") === undefined) break;
  }
  cursor.expect("}");
  type.integer = compatibleType(type, reader);
  tables.complete(type);
  tables.push(tables.enums, type);
}

/** GCC's choice: the first of unsigned int, int and their 64-bit relatives that holds every value. */
function compatibleType(type: EnumType, { basic }: TypeReader): EnumType["integer"] {
  let low = 0n;
  let high = 0n;
  for (const value of type.values.values()) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const wide = high >= 1n << 32n || low < -(1n << 31n) || (low < 0n && high >= 1n << 31n);
  if (low < 0n) return wide ? basic.longLong : basic.int;
  return wide ? basic.unsignedLongLong : basic.unsignedInt;
}
