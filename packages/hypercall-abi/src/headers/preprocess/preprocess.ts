import {
  CONDITIONAL_DEPTH_MAX,
  HEADER_TOKENS_MAX,
  INCLUDE_COUNT_MAX,
  INCLUDE_DEPTH_MAX,
  INCLUDE_TOKENS_MAX,
  QUOTED_LINE_MAX,
} from "../../limits.ts";
import type { Architecture } from "../../model/architecture.ts";
import type { Diagnostics } from "../tokens/diagnostics.ts";
import type { ScannedFile } from "../tokens/scan.ts";
import { lineAt } from "../tokens/source-file.ts";
import {
  makeToken,
  type Token,
  tokenEnd,
  tokenIdentifier,
  tokenPragma,
  tokenString,
} from "../tokens/token.ts";
import { ConditionReader } from "./condition.ts";
import { Expander, type TokenSource } from "./expand.ts";
import { type Macro, readDefine, sameMacro } from "./macro.ts";

/** How an `#include` is answered. */
type Included =
  | { readonly kind: "file"; readonly scanned: ScannedFile }
  /** A C library's header: its types are known without it. */
  | { readonly kind: "library" }
  | { readonly kind: "missing" };

export type FindInclude = (name: string, quoted: boolean, from: string) => Included;

interface Conditional {
  readonly at: Token;
  /** The group around it is read. */
  readonly outer: boolean;
  /** A branch was taken already. */
  taken: boolean;
  active: boolean;
  elseAt: Token | undefined;
  /** The group of it that is being left out. */
  leftOut: LeftOutGroup | undefined;
}

/** What a condition leaves out of a file. */
export interface LeftOutGroup {
  /** Offset of the directive whose condition does not hold. */
  readonly from: number;
  /** Its line. */
  readonly line: number;
  /** Its text, the beginning of a long one. */
  readonly text: string;
  /** Offset of the directive that ends the group; infinite where none does. */
  to: number;
}

/** Macros that are there before the first header. */
interface GivenMacros {
  readonly predefined: readonly Macro[];
  /** Names whose `#define` and `#undef` in headers have no effect. */
  readonly locked: readonly string[];
}

/** The state to come back to when a header has to be read later. */
interface Checkpoint {
  readonly journal: number;
}

/** Directives, conditionals, includes and macros of C, over one shared macro table. */
export class Preprocessor {
  readonly macros = new Map<string, Macro>();
  readonly expander: Expander;
  private readonly diagnostics: Diagnostics;
  private readonly conditions: ConditionReader;
  private readonly find: FindInclude;
  private readonly locked: ReadonlySet<string>;
  private readonly journal: [string, Macro | undefined][] = [];
  private includes = 0;
  private includedTokens = 0;
  private depth = 0;
  private out: Token[] = [];
  /** `#error` lines met since the last call of {@link run}. */
  refusals: { readonly at: Token; readonly text: string }[] = [];
  /** Files read since the last call of {@link run}. */
  entered = new Set<string>();
  /** What the first reading of each file left out, by path, in order of offset. */
  readonly leftOut = new Map<string, LeftOutGroup[]>();
  /** Files whose first reading was in the last run. */
  private firstRead: string[] = [];
  /** Of the file that is being read; undefined when it is read once more. */
  private noting: LeftOutGroup[] | undefined;

  constructor(arch: Architecture, given: GivenMacros, find: FindInclude, diagnostics: Diagnostics) {
    this.diagnostics = diagnostics;
    this.find = find;
    this.expander = new Expander(this.macros, diagnostics);
    this.conditions = new ConditionReader(arch, this.expander, diagnostics);
    for (const macro of given.predefined) this.macros.set(macro.name, macro);
    this.locked = new Set(given.locked);
  }

  /** Reads one header and all that it includes; answers the tokens of its declarations. */
  run(scanned: ScannedFile): Token[] {
    this.out = [];
    this.refusals = [];
    this.entered = new Set();
    this.firstRead = [];
    this.file(scanned);
    return this.out;
  }

  /** Takes all macros that are there now for given ones: headers may define them again, and no model has them. */
  markPredefined(): void {
    for (const [name, macro] of this.macros) this.macros.set(name, { ...macro, predefined: true });
  }

  /** Where {@link restore} goes back to; earlier checkpoints are given up. */
  checkpoint(): Checkpoint {
    this.journal.length = 0;
    return { journal: this.journal.length };
  }

  /** Undoes every `#define` and `#undef` since the checkpoint, and forgets what the last run left out. */
  restore(to: Checkpoint): void {
    for (const path of this.firstRead) this.leftOut.delete(path);
    for (const [name, before] of this.journal.splice(to.journal).reverse()) {
      if (before === undefined) this.macros.delete(name);
      else this.macros.set(name, before);
    }
  }

  private file(scanned: ScannedFile): void {
    const { path } = scanned.file;
    this.entered.add(path);
    this.depth++;
    const outer = this.noting;
    this.noting = this.leftOut.has(path) ? undefined : [];
    if (this.noting !== undefined) {
      this.leftOut.set(path, this.noting);
      this.firstRead.push(path);
    }
    const { tokens, directives } = scanned;
    const conditionals: Conditional[] = [];
    const reader = { next: 0 };
    const source: TokenSource = {
      peek: () => {
        const token = tokens[reader.next];
        return token.kind === tokenEnd || isDirective(token) ? undefined : token;
      },
      take: () => tokens[reader.next++],
    };
    let directive = 0;
    for (;;) {
      const active = conditionals[conditionals.length - 1]?.active ?? true;
      if (!active) {
        while (directive < directives.length && directives[directive] < reader.next) directive++;
        reader.next = directives[directive] ?? tokens.length - 1;
      }
      const token = tokens[reader.next];
      if (token.kind === tokenEnd) break;
      if (isDirective(token)) {
        const line = directiveLine(tokens, reader.next);
        reader.next += line.length + 1;
        this.directive(token, line, conditionals, active);
      } else if (this.out.length < HEADER_TOKENS_MAX) this.expander.expandNext(source, this.out);
      else {
        this.diagnostics.error(token, "the header is too long", `at most ${HEADER_TOKENS_MAX} tokens`);
        break;
      }
    }
    for (const open of conditionals) {
      this.diagnostics.error(open.at, "the conditional that starts here has no end", "#endif");
    }
    this.depth--;
    this.noting = outer;
  }

  private directive(hash: Token, line: readonly Token[], conditionals: Conditional[], active: boolean): void {
    const name = line[0];
    if (name === undefined) return;
    const rest = line.slice(1);
    const open = conditionals[conditionals.length - 1];
    if (this.conditional(hash, name, rest, conditionals, active)) {
      this.noteLeftOut(hash, line, open, conditionals[conditionals.length - 1]);
      return;
    }
    if (!active) return;
    switch (name.text) {
      case "define":
        this.define(rest, name);
        return;
      case "undef":
        if (rest[0]?.kind === tokenIdentifier) this.set(rest[0].text, undefined);
        else this.diagnostics.error(rest[0] ?? name, "#undef without a name", "a macro name");
        return;
      case "include":
        this.include(name, rest);
        return;
      case "error":
        this.refusals.push({ at: hash, text: rest.map((t) => t.text).join(" ") });
        return;
      case "pragma":
        if (rest[0]?.text === "pack") {
          const text = rest.map((t) => t.text).join("");
          this.out.push(makeToken(tokenPragma, text, hash.file, hash.offset, true, true));
        }
        return;
      case "warning":
      case "line":
      case "ident":
        return;
      default:
        this.diagnostics.error(name, `unknown directive #${name.text.slice(0, 40)}`, "a directive of C");
    }
  }

  /** Handles `#if` and its relatives; false for any other directive. */
  private conditional(
    hash: Token,
    name: Token,
    rest: readonly Token[],
    conditionals: Conditional[],
    active: boolean,
  ): boolean {
    const top = conditionals[conditionals.length - 1];
    switch (name.text) {
      case "if":
      case "ifdef":
      case "ifndef": {
        if (conditionals.length >= CONDITIONAL_DEPTH_MAX) {
          this.diagnostics.error(hash, "conditionals too deep", `at most ${CONDITIONAL_DEPTH_MAX} levels`);
        }
        const truth = active && this.truth(name, rest, hash);
        conditionals.push({
          at: hash,
          outer: active,
          taken: truth,
          active: truth,
          elseAt: undefined,
          leftOut: undefined,
        });
        return true;
      }
      case "elif":
        if (top === undefined || top.elseAt !== undefined) this.stray(hash, "#elif");
        else {
          top.active = top.outer && !top.taken && this.truth(name, rest, hash);
          top.taken ||= top.active;
        }
        return true;
      case "else":
        if (top === undefined || top.elseAt !== undefined) this.stray(hash, "#else");
        else {
          top.active = top.outer && !top.taken;
          top.taken = true;
          top.elseAt = hash;
        }
        return true;
      case "endif":
        if (conditionals.pop() === undefined) this.stray(hash, "#endif");
        return true;
      default:
        return false;
    }
  }

  /** Ends the group that lies before a directive of a conditional, and begins the one behind it where that is left out. */
  private noteLeftOut(
    hash: Token,
    line: readonly Token[],
    before: Conditional | undefined,
    after: Conditional | undefined,
  ): void {
    const isOpening = after !== undefined && after.at === hash;
    if (!isOpening && before?.leftOut !== undefined) {
      before.leftOut.to = hash.offset;
      before.leftOut = undefined;
    }
    const isEnd = line[0].text === "endif";
    if (this.noting === undefined || after === undefined || after.active || !after.outer || isEnd) return;
    const words = line.map((token) => (token.spaceBefore ? ` ${token.text}` : token.text));
    const opened = isOpening ? "" : ` of line ${lineAt(hash.file, after.at.offset)}`;
    after.leftOut = {
      from: hash.offset,
      line: lineAt(hash.file, hash.offset),
      text: `#${words.join("").trim().slice(0, QUOTED_LINE_MAX)}${opened}`,
      to: Number.POSITIVE_INFINITY,
    };
    this.noting.push(after.leftOut);
  }

  private truth(name: Token, rest: readonly Token[], hash: Token): boolean {
    if (name.text === "if" || name.text === "elif") return this.conditions.read(rest, hash);
    const macro = rest[0];
    if (macro?.kind !== tokenIdentifier) {
      this.diagnostics.error(macro ?? name, `#${name.text} without a name`, "a macro name");
      return false;
    }
    return this.macros.has(macro.text) === (name.text === "ifdef");
  }

  private stray(hash: Token, what: string): void {
    this.diagnostics.error(hash, `${what} without #if`, "an open #if before it");
  }

  private define(rest: readonly Token[], name: Token): void {
    const macro = readDefine(rest, name, this.diagnostics);
    if (macro === undefined) return;
    const before = this.macros.get(macro.name);
    if (before !== undefined && !before.predefined && !sameMacro(before, macro)) {
      this.diagnostics.warning(
        macro.at,
        `macro ${macro.name} is defined a second time, differently`,
        "#undef before it",
      );
    }
    this.set(macro.name, macro);
  }

  private set(name: string, macro: Macro | undefined): void {
    if (this.locked.has(name)) return;
    this.journal.push([name, this.macros.get(name)]);
    if (macro === undefined) this.macros.delete(name);
    else this.macros.set(name, macro);
  }

  private include(name: Token, rest: readonly Token[]): void {
    const spelled = rest[0]?.kind === tokenIdentifier ? this.expander.expandList(rest) : rest;
    const first = spelled[0];
    const quoted = first?.kind === tokenString;
    const end = spelled.findIndex((t) => t.text === ">");
    if (first === undefined || (!quoted && (first.text !== "<" || end < 0))) {
      this.diagnostics.error(first ?? name, "malformed #include", '"FILE" or <FILE>');
      return;
    }
    const path = quoted
      ? first.text.slice(1, -1)
      : spelled
          .slice(1, end)
          .map((t) => t.text)
          .join("");
    const found = this.find(path, quoted, name.file.path);
    if (found.kind === "missing") {
      this.diagnostics.error(first, `included file '${path}' is not there`, "a file of the header tree");
    } else if (found.kind === "file") {
      this.includedTokens += found.scanned.tokens.length;
      const tooMany = ++this.includes > INCLUDE_COUNT_MAX || this.includedTokens > INCLUDE_TOKENS_MAX;
      if (this.depth >= INCLUDE_DEPTH_MAX || tooMany) {
        this.diagnostics.error(first, "files include each other without end", "an include guard");
      } else this.file(found.scanned);
    }
  }
}

function isDirective(token: Token): boolean {
  return token.lineStart && token.text === "#";
}

/** The tokens after a `#` up to the end of its line. */
function directiveLine(tokens: readonly Token[], hash: number): Token[] {
  const line: Token[] = [];
  for (let i = hash + 1; !tokens[i].lineStart; i++) line.push(tokens[i]);
  return line;
}
