import { SHIFT_MAX } from "../../limits.ts";
import { present } from "../../model/present.ts";
import type { Token } from "../tokens/token.ts";
import type { BasicTypes, CType, IntegerType, TypeUse } from "./c-types.ts";

/** An expression's outcome. */
export interface Value {
  readonly use: TypeUse;
  /** Undefined: not a constant, for the reason in `why`. */
  readonly value: bigint | undefined;
  readonly why?: string;
  /** Arithmetic that C gives no meaning to; told of where the value is used, so that a branch not taken does not count. */
  readonly fault?: Fault;
  /** Address of an lvalue whose base is a constant pointer, as old `offsetof` macros use. */
  readonly address?: bigint;
}

/** Where arithmetic went wrong, and what would have been right. */
interface Fault {
  readonly at: Token;
  readonly message: string;
  readonly expected: string;
}

/** A value of a plain type. */
export function plainValue(type: CType, value: bigint | undefined, why?: string): Value {
  const spelling = type.kind === "integer" || type.kind === "float" ? type.name : "";
  const use: TypeUse = { type, spelling, align: 0 };
  return why === undefined ? { use, value } : { use, value, why };
}

/** No value, for the reasons of the first of some values that have none. */
export function withoutValue(type: CType, ...from: readonly Value[]): Value {
  const { why, fault } = from.find((v) => v.value === undefined) ?? from[0];
  const value = plainValue(type, undefined, why ?? "not a constant");
  return fault === undefined ? value : { ...value, fault };
}

/** The value as the type holds it: modulo 2^bits. */
export function wrap(value: bigint, type: IntegerType): bigint {
  if (type.name === "_Bool") return value === 0n ? 0n : 1n;
  return type.signed ? BigInt.asIntN(type.size * 8, value) : BigInt.asUintN(type.size * 8, value);
}

/** C's integer promotions. */
export function promote(type: IntegerType, basic: BasicTypes): IntegerType {
  return type.rank < basic.int.rank ? basic.int : type;
}

/** C's usual arithmetic conversions for two integer types. */
export function commonType(a: IntegerType, b: IntegerType, basic: BasicTypes): IntegerType {
  const left = promote(a, basic);
  const right = promote(b, basic);
  if (left === right) return left;
  if (left.signed === right.signed) return left.rank > right.rank ? left : right;
  const unsigned = left.signed ? right : left;
  const signed = left.signed ? left : right;
  if (unsigned.rank >= signed.rank) return unsigned;
  if (signed.size > unsigned.size) return signed;
  return present(basic.byName, `unsigned ${signed.name}`);
}

/** Outcome of a binary operation on two values that are already of one type. `problem` when C gives it no meaning. */
export function compute(
  operator: string,
  left: bigint,
  right: bigint,
  type: IntegerType,
): { readonly value: bigint } | { readonly problem: string } {
  switch (operator) {
    case "*":
      return exact(left * right, type, operator);
    case "/":
    case "%":
      if (right === 0n) return { problem: "division by zero" };
      return exact(operator === "/" ? left / right : left % right, type, operator);
    case "+":
      return exact(left + right, type, operator);
    case "-":
      return exact(left - right, type, operator);
    case "&":
      return { value: wrap(left & right, type) };
    case "^":
      return { value: wrap(left ^ right, type) };
    default:
      return { value: wrap(left | right, type) };
  }
}

/** Shifts; GNU C lets a signed left shift reach the sign bit. */
export function shift(
  operator: string,
  left: bigint,
  count: bigint,
  type: IntegerType,
): { readonly value: bigint } | { readonly problem: string } {
  if (count < 0n || count > BigInt(SHIFT_MAX) || count >= BigInt(type.size * 8)) {
    return { problem: `shift of a ${type.size * 8}-bit value by ${count}` };
  }
  return { value: wrap(operator === "<<" ? left << count : left >> count, type) };
}

/** Comparisons and equality. */
export function compare(operator: string, left: bigint, right: bigint): boolean {
  switch (operator) {
    case "<":
      return left < right;
    case ">":
      return left > right;
    case "<=":
      return left <= right;
    case ">=":
      return left >= right;
    case "==":
      return left === right;
    default:
      return left !== right;
  }
}

function exact(value: bigint, type: IntegerType, operator: string): { value: bigint } | { problem: string } {
  const held = wrap(value, type);
  if (type.signed && held !== value) return { problem: `'${operator}' overflows ${type.name}` };
  return { value: held };
}
