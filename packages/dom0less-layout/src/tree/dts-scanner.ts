import type { Location } from "@xgt/findings";
import { NAME_BYTES_MAX } from "../limits.ts";
import { TREE_NAME_CHARACTER } from "./tree-name.ts";

/** Ends the reading of a source file. */
export class DtsError extends Error {
  readonly location: Location;
  readonly next: string;
  constructor(message: string, location: Location, next: string) {
    super(message);
    this.location = location;
    this.next = next;
  }
}

const LABEL = /[A-Za-z0-9_]/;

/** Walks over the characters of a source file: blanks, comments and cpp's line markers are passed over, lines are counted. */
export class DtsScanner {
  at = 0;
  private readonly text: string;
  private path: string;
  private line = 1;

  constructor(text: string, path: string) {
    this.text = text;
    this.path = path;
  }

  /** Where the next character stands, in the file that cpp's markers name. */
  here(): Location {
    return { path: this.path, place: this.line, unit: "line" };
  }

  fail(message: string, next = "mend the source file, or compile it with dtc and give the .dtb"): never {
    throw new DtsError(message, this.here(), next);
  }

  /** Passes over blanks and comments; then "" at the end of the file, else the next character. */
  peek(): string {
    for (;;) {
      const char = this.text[this.at];
      if (char === undefined) return "";
      if (char === "\n") {
        this.at++;
        this.line++;
        this.lineMarker();
      } else if (char === " " || char === "\t" || char === "\r" || char === "\f") {
        this.at++;
      } else if (this.text.startsWith("//", this.at)) {
        this.at = endAt(this.text.indexOf("\n", this.at), this.text.length);
      } else if (this.text.startsWith("/*", this.at)) {
        this.comment();
      } else if (char === "#" && this.at === 0) {
        this.lineMarker();
        if (this.at === 0) return char;
      } else {
        return char;
      }
    }
  }

  private comment(): void {
    const end = this.text.indexOf("*/", this.at + 2);
    if (end < 0) this.fail("a comment without an end");
    for (let i = this.at; i < end; i++) if (this.text[i] === "\n") this.line++;
    this.at = end + 2;
  }

  /** `# 12 "board.dts" 2` at the start of a line. */
  private lineMarker(): void {
    const stop = endAt(this.text.indexOf("\n", this.at), this.text.length);
    const match = /^[ \t]*#(?:line)?[ \t]+(\d{1,9})(?:[ \t]+"([^"]*)")?.*$/.exec(
      this.text.slice(this.at, Math.min(stop, this.at + 4096)),
    );
    if (match === null) return;
    this.line = Number(match[1]) - 1;
    if (match[2] !== undefined && match[2] !== "" && !match[2].startsWith("<")) this.path = match[2];
    this.at = stop;
  }

  /** Takes the text if it comes next. */
  take(text: string): boolean {
    this.peek();
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  expect(text: string, after: string): void {
    if (!this.take(text)) this.fail(`"${text}" is missing after ${after}`);
  }

  /** A property or node name; "" where none comes. */
  name(): string {
    this.peek();
    return this.run(TREE_NAME_CHARACTER);
  }

  label(): string {
    return this.run(LABEL);
  }

  /** A label with its colon, or null. */
  takeLabel(): string | null {
    this.peek();
    const match = /^([A-Za-z_][A-Za-z0-9_]{0,255}):/.exec(this.text.slice(this.at, this.at + 258));
    if (match === null) return null;
    this.at += match[0].length;
    return match[1];
  }

  private run(pattern: RegExp): string {
    const start = this.at;
    while (this.at < this.text.length && pattern.test(this.text[this.at])) this.at++;
    if (this.at - start > NAME_BYTES_MAX) this.fail(`a name longer than ${NAME_BYTES_MAX} characters`);
    return this.text.slice(start, this.at);
  }

  /** A run of letters and digits (a number with its suffix). */
  word(): string {
    this.peek();
    return this.run(LABEL);
  }

  /** The target of `&label` or `&{/path}`, after the "&". */
  reference(): string {
    if (!this.take("{")) {
      const label = this.label();
      if (label === "") this.fail("no label after &");
      return label;
    }
    const end = this.text.indexOf("}", this.at);
    if (end < 0 || end - this.at > 4096) this.fail("no } after &{");
    const path = this.text.slice(this.at, end);
    this.at = end + 1;
    return path;
  }

  /** The bytes of a string, after its opening quote, up to `quote`. */
  quoted(quote: string): Buffer {
    const bytes: number[] = [];
    for (;;) {
      const char = this.text[this.at++];
      if (char === undefined) this.fail("a string without an end");
      if (char === quote) return Buffer.from(bytes);
      if (char === "\n") this.line++;
      if (char === "\\") bytes.push(this.escape());
      else bytes.push(...Buffer.from(char, "utf8"));
    }
  }

  private escape(): number {
    const rest = this.text.slice(this.at, this.at + 3);
    const octal = /^[0-7]{1,3}/.exec(rest);
    const hex = /^x([0-9a-fA-F]{1,2})/.exec(rest);
    if (octal !== null) {
      this.at += octal[0].length;
      return Number.parseInt(octal[0], 8) & 0xff;
    }
    if (hex !== null) {
      this.at += hex[0].length;
      return Number.parseInt(hex[1], 16);
    }
    const named: Record<string, number> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };
    this.at++;
    return named[rest[0] ?? ""] ?? (rest.charCodeAt(0) || 0) & 0xff;
  }
}

function endAt(found: number, length: number): number {
  return found < 0 ? length : found;
}
