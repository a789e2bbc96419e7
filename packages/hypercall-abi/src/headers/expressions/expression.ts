import { NESTING_MAX } from "../../limits.ts";
import type { Architecture } from "../../model/architecture.ts";
import { type Token, tokenCharacter, tokenIdentifier, tokenNumber, tokenString } from "../tokens/token.ts";
import { alignOf, type BasicTypes, type IntegerType, sizeOf, type TypeUse } from "./c-types.ts";
import {
  commonType,
  compare,
  compute,
  plainValue,
  promote,
  shift,
  type Value,
  withoutValue,
  wrap,
} from "./constant-value.ts";
import type { Cursor } from "./cursor.ts";
import { readCharacterLiteral, readIntegerLiteral } from "./literal.ts";
import { findMember } from "./members.ts";

/** What names mean where an expression stands. */
export interface Scope {
  readonly arch: Architecture;
  readonly basic: BasicTypes;
  /** An enumerator's value. */
  enumerator(name: string): Value | undefined;
  /** Whether a type name begins here. */
  startsType(cursor: Cursor): boolean;
  readTypeName(cursor: Cursor): TypeUse;
  /** Told of arithmetic that C gives no meaning to. */
  complain(at: Token, message: string, expected: string): void;
  /** In `#if` an unknown name is 0. */
  readonly unknownIsZero: boolean;
  /** Told of each such name. */
  countAsZero?(at: Token): void;
}

const precedences: ReadonlyMap<string, number> = new Map([
  ["||", 1],
  ["&&", 2],
  ["|", 3],
  ["^", 4],
  ["&", 5],
  ["==", 6],
  ["!=", 6],
  ["<", 7],
  [">", 7],
  ["<=", 7],
  [">=", 7],
  ["<<", 8],
  [">>", 8],
  ["+", 9],
  ["-", 9],
  ["*", 10],
  ["/", 10],
  ["%", 10],
]);

/** Reads an expression and works out its value and C type. Throws SyntaxProblem on what is no expression. */
export function readExpression(cursor: Cursor, scope: Scope): Value {
  const condition = readBinary(cursor, scope, 1);
  if (cursor.accept("?") === undefined) return condition;
  nest(cursor);
  const yes = readExpression(cursor, scope);
  cursor.expect(":");
  const no = readExpression(cursor, scope);
  cursor.depth--;
  const a = integerOf(yes);
  const b = integerOf(no);
  if (a === undefined || b === undefined)
    return { ...yes, value: undefined, why: "a choice of non-integers" };
  const type = commonType(a, b, scope.basic);
  if (condition.value === undefined) return withoutValue(type, condition);
  const chosen = condition.value !== 0n ? yes : no;
  return chosen.value === undefined ? withoutValue(type, chosen) : plainValue(type, wrap(chosen.value, type));
}

function nest(cursor: Cursor): void {
  if (++cursor.depth > NESTING_MAX) throw cursor.problem(`at most ${NESTING_MAX} levels of brackets`);
}

function readBinary(cursor: Cursor, scope: Scope, floor: number): Value {
  let left = readUnary(cursor, scope);
  for (;;) {
    const operator = cursor.token;
    const precedence = precedences.get(operator.text);
    if (precedence === undefined || precedence < floor || operator.kind === tokenString) return left;
    cursor.take();
    const right = readBinary(cursor, scope, precedence + 1);
    left = binary(operator, left, right, scope);
  }
}

function binary(at: Token, left: Value, right: Value, scope: Scope): Value {
  const operator = at.text;
  const { basic } = scope;
  if (operator === "&&" || operator === "||") return logical(operator, left, right, basic);
  const a = integerOf(left);
  const b = integerOf(right);
  if (a === undefined || b === undefined) {
    return { ...left, value: undefined, why: left.why ?? right.why ?? "arithmetic on non-integers" };
  }
  const isShift = operator === "<<" || operator === ">>";
  const type = isShift ? promote(a, basic) : commonType(a, b, basic);
  const compares = (precedences.get(operator) ?? 0) === 6 || (precedences.get(operator) ?? 0) === 7;
  const outType = compares ? basic.int : type;
  if (left.value === undefined || right.value === undefined) {
    return withoutValue(outType, left, right);
  }
  const x = wrap(left.value, type);
  if (compares) return plainValue(basic.int, compare(operator, x, wrap(right.value, type)) ? 1n : 0n);
  const outcome = isShift
    ? shift(operator, x, right.value, type)
    : compute(operator, x, wrap(right.value, type), type);
  if ("value" in outcome) return plainValue(type, outcome.value);
  const fault = { at, message: outcome.problem, expected: `a value that ${type.name} holds` };
  return { ...plainValue(type, undefined, outcome.problem), fault };
}

function logical(operator: string, left: Value, right: Value, basic: BasicTypes): Value {
  if (left.value === undefined) return withoutValue(basic.int, left);
  const decided = operator === "&&" ? left.value === 0n : left.value !== 0n;
  if (decided) return plainValue(basic.int, operator === "&&" ? 0n : 1n);
  if (right.value === undefined) return withoutValue(basic.int, right);
  return plainValue(basic.int, right.value !== 0n ? 1n : 0n);
}

/** The integer type that arithmetic sees; undefined for pointers, aggregates and floats. */
function integerOf(value: Value): IntegerType | undefined {
  const type = value.use.type;
  if (type.kind === "integer") return type;
  return type.kind === "enum" ? type.integer : undefined;
}

function readUnary(cursor: Cursor, scope: Scope): Value {
  nest(cursor);
  try {
    return readUnaryInner(cursor, scope);
  } finally {
    cursor.depth--;
  }
}

function readUnaryInner(cursor: Cursor, scope: Scope): Value {
  const token = cursor.token;
  switch (token.kind === tokenIdentifier || token.text.length <= 2 ? token.text : "") {
    case "+":
    case "-":
    case "~":
    case "!":
      cursor.take();
      return unary(token, readUnary(cursor, scope), scope);
    case "&": {
      cursor.take();
      const of = readUnary(cursor, scope);
      const type = { kind: "pointer", to: of.use, size: scope.arch.pointerSize } as const;
      const use: TypeUse = { type, spelling: `${of.use.spelling} *`, align: 0 };
      return of.address === undefined
        ? { use, value: undefined, why: "an address" }
        : { use, value: of.address };
    }
    case "*":
      cursor.take();
      return dereference(readUnary(cursor, scope), cursor);
    case "sizeof":
    case "_Alignof":
    case "__alignof__":
    case "__alignof":
      return readSizeof(cursor, scope);
    case "__builtin_offsetof":
    case "offsetof":
      return readOffsetof(cursor, scope);
    case "__extension__":
      cursor.take();
      return readUnary(cursor, scope);
    default:
      return readPostfix(cursor, scope);
  }
}

function unary(at: Token, operand: Value, scope: Scope): Value {
  const of = integerOf(operand);
  if (of === undefined)
    return { ...operand, value: undefined, why: operand.why ?? "arithmetic on a non-integer" };
  if (at.text === "!") {
    if (operand.value === undefined) return withoutValue(scope.basic.int, operand);
    return plainValue(scope.basic.int, operand.value === 0n ? 1n : 0n);
  }
  const type = promote(of, scope.basic);
  if (operand.value === undefined) return withoutValue(type, operand);
  const value = at.text === "-" ? -operand.value : at.text === "~" ? ~operand.value : operand.value;
  return plainValue(type, wrap(value, type));
}

function readSizeof(cursor: Cursor, scope: Scope): Value {
  const operator = cursor.take();
  let use: TypeUse;
  cursor.depth++;
  const open = cursor.at("(") ? cursor.index : -1;
  if (open >= 0) cursor.take();
  if (open >= 0 && scope.startsType(cursor)) {
    use = scope.readTypeName(cursor);
    cursor.expect(")");
  } else {
    if (open >= 0) cursor.index = open;
    use = readUnary(cursor, scope).use;
  }
  cursor.depth--;
  const isSize = operator.text === "sizeof";
  const size = use.type.kind === "void" ? 1 : sizeOf(use.type);
  if (size === undefined)
    return plainValue(scope.basic.size, undefined, `${operator.text} of an unknown layout`);
  return plainValue(scope.basic.size, BigInt(isSize ? size : alignOf(use)));
}

function readOffsetof(cursor: Cursor, scope: Scope): Value {
  cursor.take();
  cursor.expect("(");
  if (!scope.startsType(cursor)) throw cursor.problem("a type name");
  const type = scope.readTypeName(cursor);
  cursor.expect(",");
  let value: Value = { use: type, value: undefined, address: 0n };
  value = member(value, cursor.identifier("a member's name"));
  value = readSuffixes(value, cursor, scope);
  cursor.expect(")");
  if (value.address === undefined)
    return plainValue(scope.basic.size, undefined, "offsetof with a variable index");
  return plainValue(scope.basic.size, value.address);
}

function readPostfix(cursor: Cursor, scope: Scope): Value {
  return readSuffixes(readPrimary(cursor, scope), cursor, scope);
}

function readSuffixes(start: Value, cursor: Cursor, scope: Scope): Value {
  let value = start;
  for (;;) {
    if (cursor.accept(".") !== undefined) value = member(value, cursor.identifier("a member's name"));
    else if (cursor.accept("->") !== undefined) {
      value = member(dereference(value, cursor), cursor.identifier("a member's name"));
    } else if (cursor.accept("[") !== undefined) {
      const index = readExpression(cursor, scope);
      cursor.expect("]");
      value = element(value, index, cursor);
    } else return value;
  }
}

function member(of: Value, name: Token): Value {
  const found = findMember(of.use.type, name);
  const address = of.address === undefined ? {} : { address: of.address + BigInt(found.bitOffset >> 3) };
  return { use: found.use, value: undefined, why: "a member of an object", ...address };
}

function dereference(value: Value, cursor: Cursor): Value {
  const type = value.use.type;
  if (type.kind === "array") return { ...value, use: type.of };
  if (type.kind !== "pointer") throw cursor.problem("a pointer before this");
  const address = value.value === undefined ? {} : { address: value.value };
  return { use: type.to, value: undefined, why: "the content of memory", ...address };
}

function element(of: Value, index: Value, cursor: Cursor): Value {
  const type = of.use.type;
  if (type.kind !== "array" && type.kind !== "pointer") throw cursor.problem("an array before '['");
  const use = type.kind === "array" ? type.of : type.to;
  const base = type.kind === "array" ? of.address : of.value;
  const size = sizeOf(use.type);
  const known = base !== undefined && index.value !== undefined && size !== undefined;
  const address = known ? { address: base + index.value * BigInt(size) } : {};
  return { use, value: undefined, why: "an element of an array", ...address };
}

function readPrimary(cursor: Cursor, scope: Scope): Value {
  const token = cursor.token;
  if (token.kind === tokenNumber) {
    cursor.take();
    const literal = readIntegerLiteral(token.text, scope.basic);
    if ("value" in literal) return plainValue(literal.type, literal.value);
    if (literal.problem.includes("overflows")) scope.complain(token, literal.problem, "at most 64 bits");
    else if (literal.problem.startsWith("malformed")) scope.complain(token, literal.problem, "a C number");
    return plainValue(scope.basic.double, undefined, literal.problem);
  }
  if (token.kind === tokenCharacter) {
    cursor.take();
    const value = readCharacterLiteral(token.text);
    return plainValue(
      scope.basic.int,
      value,
      value === undefined ? "a character of more than one byte" : undefined,
    );
  }
  if (token.text === "(" && token.kind !== tokenString) return readParenthesis(cursor, scope);
  if (token.kind === tokenIdentifier) {
    const known = scope.enumerator(token.text);
    if (known !== undefined) {
      cursor.take();
      return known;
    }
    if (scope.unknownIsZero) {
      cursor.take();
      scope.countAsZero?.(token);
      return plainValue(scope.basic.longLong, 0n);
    }
    if (token.text === "NULL") {
      cursor.take();
      const to: TypeUse = { type: { kind: "void" }, spelling: "void", align: 0 };
      const type = { kind: "pointer", to, size: scope.arch.pointerSize } as const;
      return { use: { type, spelling: "void *", align: 0 }, value: 0n };
    }
    throw cursor.problem("a number, an enumerator or a macro that is known here");
  }
  throw cursor.problem("an expression");
}

function readParenthesis(cursor: Cursor, scope: Scope): Value {
  cursor.expect("(");
  if (!scope.startsType(cursor)) {
    const value = readExpression(cursor, scope);
    cursor.expect(")");
    return value;
  }
  const to = scope.readTypeName(cursor);
  cursor.expect(")");
  if (cursor.at("{")) throw cursor.problem("an expression; a compound literal is no constant");
  return cast(to, readUnary(cursor, scope));
}

function cast(to: TypeUse, operand: Value): Value {
  const target = to.type.kind === "enum" ? to.type.integer : to.type;
  if (operand.value === undefined) return { ...withoutValue(to.type, operand), use: to };
  if (target.kind === "integer") return { use: { ...to, type: target }, value: wrap(operand.value, target) };
  if (target.kind === "pointer") return { use: to, value: BigInt.asUintN(target.size * 8, operand.value) };
  return { use: to, value: undefined, why: `a cast to ${to.spelling}` };
}
