import type { Diagnostics } from "../tokens/diagnostics.ts";
import { makeSourceFile } from "../tokens/source-file.ts";
import { makeToken, type Token, tokenIdentifier, tokenNumber, tokenPunctuator } from "../tokens/token.ts";

/** A macro as `#define` states it. */
export interface Macro {
  /** As uses spell it. */
  readonly name: string;
  /** Undefined for an object-like macro. */
  readonly parameters: readonly string[] | undefined;
  /** The last parameter takes all that is left. */
  readonly variadic: boolean;
  /** What a use becomes, parameters not yet put in. */
  readonly body: readonly Token[];
  /** The name in the `#define`. */
  readonly at: Token;
  /** Defined by the compiler or on its command line, not by a header. */
  readonly predefined: boolean;
}

const commandLine = makeSourceFile("<command line>", "");

/** A macro that the compiler or its command line defines; the value is one number, one name, or nothing. */
export function predefinedMacro(name: string, value: string): Macro {
  const at = makeToken(tokenIdentifier, name, commandLine, 0, false, false);
  const kind = /^[0-9]/.test(value) ? tokenNumber : tokenIdentifier;
  const body = value === "" ? [] : [makeToken(kind, value, commandLine, 0, false, false)];
  return { name, parameters: undefined, variadic: false, body, at, predefined: true };
}

/** Reads what follows `#define`; undefined, with a diagnostic, when it is malformed. */
export function readDefine(line: readonly Token[], hash: Token, diagnostics: Diagnostics): Macro | undefined {
  const at = line[0];
  if (at === undefined || at.kind !== tokenIdentifier) {
    diagnostics.error(at ?? hash, "#define without a name", "a macro name");
    return undefined;
  }
  if (at.text === "defined") {
    diagnostics.error(at, "#define of 'defined'", "another name");
    return undefined;
  }
  const open = line[1];
  if (open === undefined || open.text !== "(" || open.spaceBefore) {
    return {
      name: at.text,
      parameters: undefined,
      variadic: false,
      body: line.slice(1),
      at,
      predefined: false,
    };
  }
  const parameters: string[] = [];
  let variadic = false;
  let i = 2;
  if (line[i]?.text === ")") i++;
  else {
    for (;;) {
      const token = line[i];
      if (token?.kind === tokenIdentifier && !variadic) {
        parameters.push(token.text);
        if (line[i + 1]?.text === "...") {
          variadic = true;
          i++;
        }
      } else if (token?.text === "..." && !variadic) {
        variadic = true;
        parameters.push("__VA_ARGS__");
      } else {
        diagnostics.error(token ?? at, `macro ${at.text}: malformed parameter list`, "a parameter name");
        return undefined;
      }
      const separator = line[i + 1];
      i += 2;
      if (separator?.text === ")" && separator.kind === tokenPunctuator) break;
      if (separator?.text !== ",") {
        diagnostics.error(separator ?? at, `macro ${at.text}: malformed parameter list`, "',' or ')'");
        return undefined;
      }
    }
  }
  return { name: at.text, parameters, variadic, body: line.slice(i), at, predefined: false };
}

/** Whether two definitions say the same, as C asks of a second `#define`. */
export function sameMacro(a: Macro, b: Macro): boolean {
  return (
    a.parameters?.join() === b.parameters?.join() &&
    a.body.length === b.body.length &&
    a.body.every((t, i) => t.text === b.body[i].text && (i === 0 || t.spaceBefore === b.body[i].spaceBefore))
  );
}

/** Hexadecimal digits of a digest: enough that two macros of one name never share it. */
const digestDigits = 12;

/** A digest of what a macro becomes: white space, comments and the names of its parameters make no difference. */
export function macroDigest({ parameters, variadic, body }: Macro): string {
  const words = body.map(({ text }) => {
    const parameter = parameters?.indexOf(text) ?? -1;
    return parameter < 0 ? text : `@${parameter}`;
  });
  const head = parameters === undefined ? "" : `(${parameters.length}${variadic ? "..." : ""})`;
  // Few runs need it, and an import would cost each start.
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash("sha256")
    .update([head, ...words].join(" "))
    .digest("hex")
    .slice(0, digestDigits);
}
