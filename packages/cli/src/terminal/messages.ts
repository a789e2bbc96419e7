import { type Palette, printable, type Severity } from "@xgt/findings";
import type { LogProblem } from "@xgt/hypercall-log";

/** "xgt: error: what is wrong, where, and what to do", one line for stderr. */
export function messageLine(severity: Severity, text: string, palette: Palette): string {
  return `xgt: ${palette[severity](`${severity}:`)} ${printable(text)}\n`;
}

/** "log.jsonl:7: error: ..." about a place of a log. */
export function problemLine(severity: Severity, path: string, problem: LogProblem, palette: Palette): string {
  const place = problem.unit === "line" ? `${problem.place}` : `byte ${problem.place}`;
  return `${printable(path)}:${place}: ${palette[severity](`${severity}:`)} ${printable(problem.message)}\n`;
}
