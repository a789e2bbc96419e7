import { DomainSpecError, isLogHeader, logHeaderOf } from "../../domains/spec/domain-spec-file.ts";
import { LineRegions, type LineSink } from "../../input/line-regions.ts";
import { describe } from "../../json/json-integer.ts";
import { describeFault, syntaxFaultOf } from "../../json/json-syntax.ts";
import { LINE_BYTES_MAX, OBJECT_LINE_BYTES_MAX } from "../../limits.ts";
import type { LogReader, ReaderContext } from "../log-format.ts";
import { type JsonObject, LineError } from "./line-members.ts";

const NEWLINE = 10;
const OPENING_BRACE = 123;
const BYTE_ORDER_MARK = 0xfeff;

/** Reads lines whose layout is known from lines before them. */
export interface JsonLineTemplates {
  /** Lines that the last `run` took. */
  readonly taken: number;
  /** The bytes in which `run` reads from now on. */
  enter(bytes: Uint8Array): void;
  /** Adds the events of the lines from `start` on whose layout is known; where the next one begins. `line`: the one before. */
  run(start: number, end: number, line: number): number;
  /** Learns from the line at `start`, whose event is the batch's newest. */
  learn(bytes: Uint8Array, start: number, newline: number): void;
}

/** How one format reads a line that is one JSON object. */
export interface JsonLineDialect {
  /**
   * Reads the line at `start` straight from bytes and returns where the next one begins; -1: not a line of the usual
   * form, and nothing was added.
   */
  scan(bytes: Uint8Array, start: number, line: number): number;
  /** Takes most lines of a long log before `scan` looks at them; null: there is none. */
  readonly templates: JsonLineTemplates | null;
  /** JSON.parse, with what this format's writer gets wrong put right. */
  parse(text: string): unknown;
  /** Reads a line that is at hand as an object; throws LineError. */
  read(object: JsonObject, line: number): void;
  /** Takes note of what a header line says beside the DomainSpec. */
  header?(object: JsonObject): void;
  /** Whether this log's lines carry numbers, so that lines that are missing are found by them. */
  isNumbered?(): boolean;
}

/** Reads a log that has one JSON object a line. A line that cannot be read is a problem; the reader goes on. */
export class JsonLineReader implements LogReader, LineSink {
  private readonly context: ReaderContext;
  private readonly dialect: JsonLineDialect;
  private readonly regions = new LineRegions(this);
  private readonly decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  private line = 0;
  private objects = 0;

  constructor(context: ReaderContext, dialect: JsonLineDialect) {
    this.context = context;
    this.dialect = dialect;
  }

  push(bytes: Uint8Array): void {
    this.regions.push(bytes);
  }

  finish(): void {
    this.regions.finish();
  }

  lines(bytes: Uint8Array, start: number, end: number): void {
    const { dialect } = this;
    const { templates } = dialect;
    templates?.enter(bytes);
    let p = start;
    while (p < end) {
      if (templates !== null) {
        p = templates.run(p, end, this.line);
        this.line += templates.taken;
        this.objects += templates.taken;
        if (p >= end) return;
      }
      p = this.readLine(bytes, p);
    }
  }

  /** Reads one line as it comes; where the next one begins. */
  private readLine(bytes: Uint8Array, start: number): number {
    const { dialect } = this;
    const { batch } = this.context;
    const rows = batch.length;
    this.line++;
    let next = bytes[start] === OPENING_BRACE ? dialect.scan(bytes, start, this.line) : -1;
    if (next >= 0) this.objects++;
    else {
      next = bytes.indexOf(NEWLINE, start) + 1;
      this.general(bytes.subarray(start, next - 1), false);
    }
    if (batch.length === rows + 1) dialect.templates?.learn(bytes, start, next - 1);
    return next;
  }

  unterminated(bytes: Uint8Array, start: number, end: number): void {
    this.line++;
    this.general(bytes.subarray(start, end - 1), true);
  }

  tooLong(): void {
    this.line++;
    this.problem(`the line is longer than ${LINE_BYTES_MAX} bytes and was left out`);
  }

  private general(bytes: Uint8Array, last: boolean): void {
    if (bytes.length > OBJECT_LINE_BYTES_MAX) {
      this.problem(
        `a line of ${bytes.length} bytes in an unusual form was left out: write it as recorders do, or as several lines`,
      );
      return;
    }
    let text = this.decoder.decode(bytes);
    if (this.line === 1 && text.charCodeAt(0) === BYTE_ORDER_MARK) text = text.slice(1);
    if (text.trim() === "") return;
    this.objects++;
    const value = this.parsed(text, last);
    if (value === undefined) return;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.problem(`expected an object, not ${describe(value)}`);
    } else if (isLogHeader(value)) {
      this.dialect.header?.(value as JsonObject);
      this.header(value as JsonObject);
    } else this.event(value as JsonObject);
  }

  /** The line's value; undefined where it is no JSON, which is then reported. */
  private parsed(text: string, last: boolean): unknown {
    try {
      return this.dialect.parse(text);
    } catch {
      const fault = syntaxFaultOf(text);
      const where = fault === null ? "" : `, ${describeFault(fault)}`;
      if (last) {
        this.context.stats.truncated = true;
        this.problem(`the log ends inside this line${where}`);
      } else this.problem(`not JSON${where}`);
      return undefined;
    }
  }

  private event(value: JsonObject): void {
    try {
      this.dialect.read(value, this.line);
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      this.problem(error.message);
    }
  }

  private header(value: JsonObject): void {
    if (this.objects > 1) {
      this.context.stats.skip("header after the first line");
      return;
    }
    if (value.xgt_log !== 1) {
      this.problem(`header: xgt_log ${describe(value.xgt_log)} is not known: this program reads version 1`);
      return;
    }
    const notes: string[] = [];
    try {
      this.context.header = logHeaderOf(value, notes);
    } catch (error) {
      if (!(error instanceof DomainSpecError)) throw error;
      this.problem(`header: ${error.message}`);
      // A log of another architecture has a readable header all the same.
      if (error.path === "arch") this.header({ ...value, arch: undefined });
    }
    for (const note of notes) {
      this.context.stats.warn({ place: this.line, unit: "line", message: `header: ${note}` });
    }
  }

  private problem(message: string): void {
    this.context.stats.problem({ place: this.line, unit: "line", message });
  }
}
