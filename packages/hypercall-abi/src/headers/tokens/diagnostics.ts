import { DIAGNOSTICS_MAX, QUOTED_LINE_MAX } from "../../limits.ts";
import { lineText, positionAt, type SourceFile } from "./source-file.ts";

/** Something in the headers that could not be read as it stands. */
export interface Diagnostic {
  /** Path inside the header tree. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** `warning`: the model is complete but something is odd. */
  readonly severity: "error" | "warning";
  /** What was found. */
  readonly message: string;
  /** What was expected there. */
  readonly expected: string;
  /** The source line, shortened. */
  readonly source: string;
}

/** What a diagnostic points at. */
interface Spot {
  readonly file: SourceFile;
  readonly offset: number;
}

/** Collects diagnostics: bounded in number, never twice the same. */
export class Diagnostics {
  readonly list: Diagnostic[] = [];
  /** All that were reported, kept or not. */
  count = 0;
  private readonly seen = new Set<string>();
  /** What each of the list is known by. */
  private readonly keys: string[] = [];

  /** @param once names what is told at its first place only */
  error(spot: Spot, message: string, expected: string, once?: string): void {
    this.add(spot, "error", message, expected, once);
  }

  /** @param once names what is told at its first place only */
  warning(spot: Spot, message: string, expected: string, once?: string): void {
    this.add(spot, "warning", message, expected, once);
  }

  /** A mark to come back to with {@link rewind}. */
  mark(): number {
    return this.list.length;
  }

  /** Forgets what was reported since the mark: the header is read again later. */
  rewind(mark: number): readonly Diagnostic[] {
    const gone = this.list.splice(mark);
    for (const key of this.keys.splice(mark)) this.seen.delete(key);
    this.count -= gone.length;
    return gone;
  }

  /** Takes over what was reported elsewhere, once. */
  adopt(from: Diagnostics): void {
    for (const diagnostic of from.list) this.keep(diagnostic);
  }

  private add(
    spot: Spot,
    severity: Diagnostic["severity"],
    message: string,
    expected: string,
    once: string | undefined,
  ): void {
    const { line, column } = positionAt(spot.file, spot.offset);
    const whole = lineText(spot.file, line);
    const source = whole.length > QUOTED_LINE_MAX ? `${whole.slice(0, QUOTED_LINE_MAX)}...` : whole;
    this.keep({ file: spot.file.path, line, column, severity, message, expected, source }, once);
  }

  private keep(diagnostic: Diagnostic, once?: string): void {
    const key = once ?? keyOf(diagnostic);
    if (this.seen.has(key)) return;
    this.count++;
    if (this.list.length >= DIAGNOSTICS_MAX) return;
    this.seen.add(key);
    this.keys.push(key);
    this.list.push(diagnostic);
  }
}

function keyOf(d: Diagnostic): string {
  return `${d.file}:${d.line}:${d.column}:${d.message}`;
}

/** `file:line:column: error: message; expected ...` and the source line below with a mark under the place. */
export function formatDiagnostic(d: Diagnostic): string {
  const head = `${d.file}:${d.line}:${d.column}: ${d.severity}: ${d.message}; expected ${d.expected}`;
  const source = d.source.replace(/\t/g, " ");
  if (d.column > QUOTED_LINE_MAX) return `${head}\n    ${source}`;
  return `${head}\n    ${source}\n    ${" ".repeat(d.column - 1)}^`;
}
