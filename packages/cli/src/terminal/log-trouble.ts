import type { Palette } from "@xgt/findings";
import type { LogSource } from "@xgt/hypercall-log";
import { PROBLEMS_SHOWN } from "../limits.ts";
import { messageLine, problemLine } from "./messages.ts";
import { shownPath } from "./shown-path.ts";

/** What could not be read of logs, for stderr: the first places of each, and whether it is cut. Empty: all was read. */
export function logTrouble(logs: readonly LogSource[], palette: Palette): string {
  return logs.map((log) => troubleOf(log, palette)).join("");
}

/** What logs leave open without being unreadable, for stderr. */
export function logWarnings(logs: readonly LogSource[], palette: Palette): string {
  return logs
    .flatMap((log) =>
      log.stats.warnings.map((warning) => problemLine("warning", shownPath(log.path), warning, palette)),
    )
    .join("");
}

function troubleOf(log: LogSource, palette: Palette): string {
  const { problems, problemCount, truncated } = log.stats;
  const path = shownPath(log.path);
  const shown = problems.slice(0, PROBLEMS_SHOWN);
  const lines = shown.map((problem) => problemLine("error", path, problem, palette));
  if (problemCount > shown.length) {
    lines.push(
      messageLine("error", `${path}: ${problemCount - shown.length} more unreadable places`, palette),
    );
  }
  if (truncated) {
    const advice = "copy it again, or take the verdict for its beginning only";
    lines.push(messageLine("error", `${path}: cut: the log ends inside a record; ${advice}`, palette));
  }
  return lines.join("");
}
