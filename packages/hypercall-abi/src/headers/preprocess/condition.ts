import type { Architecture } from "../../model/architecture.ts";
import { type BasicTypes, basicTypes } from "../expressions/c-types.ts";
import { Cursor, SyntaxProblem } from "../expressions/cursor.ts";
import { readExpression, type Scope } from "../expressions/expression.ts";
import type { Diagnostics } from "../tokens/diagnostics.ts";
import { makeToken, sourceSpot, type Token, tokenIdentifier, tokenNumber } from "../tokens/token.ts";
import type { Expander } from "./expand.ts";

/** Evaluates `#if` lines: 64-bit arithmetic, unknown names are 0, `defined` asks the macro table. */
export class ConditionReader {
  private readonly scope: Scope;
  private readonly expander: Expander;
  private readonly diagnostics: Diagnostics;

  constructor(arch: Architecture, expander: Expander, diagnostics: Diagnostics) {
    const basic = widest(basicTypes(arch));
    this.expander = expander;
    this.diagnostics = diagnostics;
    this.scope = {
      arch,
      basic,
      enumerator: () => undefined,
      startsType: () => false,
      readTypeName: (cursor) => {
        throw cursor.problem("an expression");
      },
      complain: (at, message, expected) => diagnostics.error(at.from ?? at, message, expected),
      unknownIsZero: true,
      countAsZero: (at) => {
        diagnostics.warning(
          sourceSpot(at),
          `'${at.text}' is not defined and counts as 0`,
          `-D${at.text}=VALUE`,
        );
      },
    };
  }

  /** Truth of the expression after `#if` or `#elif`; false, with a diagnostic, when it is malformed. */
  read(line: readonly Token[], hash: Token): boolean {
    if (line.length === 0) {
      this.diagnostics.error(hash, "a condition without an expression", "an integer expression");
      return false;
    }
    const cursor = new Cursor(this.expander.expandList(this.resolveDefined(line)), hash.file);
    try {
      const value = readExpression(cursor, this.scope);
      if (!cursor.done) throw cursor.problem("an operator or the end of the line");
      if (value.value === undefined) {
        this.diagnostics.error(
          line[0],
          `no integer: ${value.why ?? "not a constant"}`,
          "an integer expression",
        );
      }
      return value.value !== undefined && value.value !== 0n;
    } catch (problem) {
      if (!(problem instanceof SyntaxProblem)) throw problem;
      const spot = cursor.done ? line[line.length - 1] : problem.spot;
      this.diagnostics.error(spot, `malformed condition: ${problem.message}`, problem.expected);
      return false;
    }
  }

  private resolveDefined(line: readonly Token[]): Token[] {
    const out: Token[] = [];
    for (let i = 0; i < line.length; i++) {
      const token = line[i];
      if (token.kind !== tokenIdentifier || token.text !== "defined") {
        out.push(token);
        continue;
      }
      const open = line[i + 1]?.text === "(";
      const name = line[i + (open ? 2 : 1)];
      if (name?.kind !== tokenIdentifier || (open && line[i + 3]?.text !== ")")) {
        this.diagnostics.error(token, "malformed 'defined'", "defined(NAME)");
        out.push(makeToken(tokenNumber, "0", token.file, token.offset, true, false));
        continue;
      }
      const known = this.expander.macros.has(name.text) ? "1" : "0";
      out.push(makeToken(tokenNumber, known, token.file, token.offset, true, false));
      i += open ? 3 : 1;
    }
    return out;
  }
}

function widest(basic: BasicTypes): BasicTypes {
  const { longLong, unsignedLongLong } = basic;
  return {
    ...basic,
    int: longLong,
    unsignedInt: unsignedLongLong,
    long: longLong,
    unsignedLong: unsignedLongLong,
  };
}
