import { EXPRESSION_DEPTH_MAX } from "../limits.ts";
import type { DtsScanner } from "./dts-scanner.ts";

/** Binary operators of C by precedence, the weakest first; longer spellings before shorter ones of the same start. */
const LEVELS: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["|"],
  ["^"],
  ["&"],
  ["==", "!="],
  ["<=", ">=", "<", ">"],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "%"],
];
/** What must not follow an operator for it to be that operator. */
const LONGER: Record<string, string> = { "|": "|", "&": "&", "<": "<", ">": ">" };

/** The value of a C expression in parentheses, as dtc computes it: 64 bits, unsigned. The "(" has been taken. */
export function readExpression(scanner: DtsScanner): bigint {
  const value = conditional(scanner, 0);
  scanner.expect(")", "an expression");
  return value;
}

function conditional(scanner: DtsScanner, depth: number): bigint {
  if (depth > EXPRESSION_DEPTH_MAX) scanner.fail("an expression nested too deep");
  const condition = binary(scanner, 0, depth);
  if (!scanner.take("?")) return condition;
  const yes = conditional(scanner, depth + 1);
  scanner.expect(":", "the first branch of ?");
  const no = conditional(scanner, depth + 1);
  return condition !== 0n ? yes : no;
}

function binary(scanner: DtsScanner, level: number, depth: number): bigint {
  if (level === LEVELS.length) return unary(scanner, depth);
  let left = binary(scanner, level + 1, depth);
  for (;;) {
    const operator = LEVELS[level].find((text) => takeOperator(scanner, text));
    if (operator === undefined) return left;
    const right = binary(scanner, level + 1, depth);
    if ((operator === "/" || operator === "%") && right === 0n) scanner.fail("a division by zero");
    left = BigInt.asUintN(64, apply(operator, left, right));
  }
}

function takeOperator(scanner: DtsScanner, text: string): boolean {
  const start = scanner.at;
  if (!scanner.take(text)) return false;
  const longer = LONGER[text];
  if (longer !== undefined && scanner.take(longer)) {
    scanner.at = start;
    return false;
  }
  return true;
}

function apply(operator: string, a: bigint, b: bigint): bigint {
  switch (operator) {
    case "||":
      return truth(a !== 0n || b !== 0n);
    case "&&":
      return truth(a !== 0n && b !== 0n);
    case "|":
      return a | b;
    case "^":
      return a ^ b;
    case "&":
      return a & b;
    case "==":
      return truth(a === b);
    case "!=":
      return truth(a !== b);
    case "<=":
      return truth(a <= b);
    case ">=":
      return truth(a >= b);
    case "<":
      return truth(a < b);
    case ">":
      return truth(a > b);
    case "<<":
      return b >= 64n ? 0n : a << b;
    case ">>":
      return b >= 64n ? 0n : a >> b;
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    default:
      return a % b;
  }
}

function truth(value: boolean): bigint {
  return value ? 1n : 0n;
}

function unary(scanner: DtsScanner, depth: number): bigint {
  if (depth > EXPRESSION_DEPTH_MAX) scanner.fail("an expression nested too deep");
  if (scanner.take("(")) {
    const value = conditional(scanner, depth + 1);
    scanner.expect(")", "an expression");
    return value;
  }
  if (scanner.take("-")) return BigInt.asUintN(64, -unary(scanner, depth + 1));
  if (scanner.take("~")) return BigInt.asUintN(64, ~unary(scanner, depth + 1));
  if (scanner.take("!")) return truth(unary(scanner, depth + 1) === 0n);
  return readLiteral(scanner);
}

/** A number (with C's suffixes) or a character in quotes. */
export function readLiteral(scanner: DtsScanner): bigint {
  if (scanner.take("'")) {
    const bytes = scanner.quoted("'");
    if (bytes.length !== 1) scanner.fail("a character literal must hold one character");
    return BigInt(bytes[0]);
  }
  const word = scanner.word();
  const match = /^(0x[0-9a-f]{1,16}|[0-9]{1,20})(?:u|l|ul|ll|ull|lu|llu)?$/i.exec(word);
  if (match === null) {
    const next = "run the source through cpp first (cpp -nostdinc -undef -x assembler-with-cpp)";
    scanner.fail(word === "" ? "a number is missing" : `"${word}" is no number`, next);
  }
  const digits = match[1];
  const octal = /^0[0-7]+$/.test(digits);
  if (!octal && /^0[0-9]+$/.test(digits)) scanner.fail(`"${word}" is no octal number`);
  return BigInt.asUintN(64, BigInt(octal ? `0o${digits.slice(1)}` : digits));
}
