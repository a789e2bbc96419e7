import { counted, frameRangeText, type Palette, placeText, printable } from "@xgt/findings";
import type { BehaviourChange, ComparedCause, ComparedSides, ReplayedSide } from "@xgt/run";
import { shownPath } from "../../terminal/shown-path.ts";
import { severityCounts } from "./compare-verdict.ts";

const FIGURE_WIDTH = 44;

/** A comparison for people: what is new first, then what is gone, then what the run did differently. */
export function* compareText(sides: ComparedSides, palette: Palette, verbose: boolean): Generator<string> {
  const { comparison } = sides;
  yield* section("new", comparison.added, palette, true);
  yield* section("fixed", comparison.fixed, palette, true);
  yield* section("unchanged", comparison.unchanged, palette, verbose);
  if (comparison.behaviour.length > 0) {
    yield palette.strong("behaviour that changed (no finding)\n");
    yield `${" ".repeat(FIGURE_WIDTH)}${"base".padStart(10)}${"patched".padStart(10)}\n`;
    for (const change of comparison.behaviour) yield changeLine(change);
    yield "\n";
  }
  yield sideLine("base", sides.base);
  yield sideLine("patched", sides.patched);
  yield resultLine(sides, palette);
}

function* section(
  title: string,
  causes: readonly ComparedCause[],
  palette: Palette,
  full: boolean,
): Generator<string> {
  if (causes.length === 0) return;
  yield palette.strong(`${title}: ${counted(causes.length, "cause")}\n`);
  for (const cause of causes) {
    if (full || cause.cause.severity === "error") yield causeText(cause, palette);
  }
  const left = full ? 0 : causes.filter(({ cause }) => cause.severity !== "error").length;
  if (left > 0)
    yield `  ${counted(left, "warning or information", "warnings and information")} not shown: --verbose\n`;
  yield "\n";
}

function causeText({ cause, base, patched, first }: ComparedCause, palette: Palette): string {
  const place = first.location === null ? "" : `${printable(placeText(first.location))}: `;
  const gfn = first.gfn === null ? "" : ` (${frameRangeText(first.gfn, first.count)})`;
  const severity = palette[cause.severity](`${cause.severity}:`);
  const rule = palette.faint(`[${cause.rule} ${cause.name}]`);
  const by = [
    cause.operation === "" ? "" : `at ${cause.operation}`,
    cause.causedBy === "" || cause.causedBy === cause.operation ? "" : `since ${cause.causedBy}`,
    cause.comm === "" ? "" : `by ${cause.comm}`,
    cause.frame === "" ? "" : `frame: ${cause.frame}`,
    base === patched ? counted(base, "time") : `${counted(base, "time")} before, ${patched} now`,
  ];
  const context = by.filter((text) => text !== "").join("; ");
  return `  ${place}${severity} ${printable(first.message)}${gfn} ${rule}\n      ${palette.faint(printable(context))}\n`;
}

function changeLine({ domid, what, operation, base, patched }: BehaviourChange): string {
  const figure = `  domain ${domid}: ${what}${operation === "" ? "" : ` of ${operation}`}`;
  return `${figure.padEnd(FIGURE_WIDTH)}${String(base).padStart(10)}${String(patched).padStart(10)}\n`;
}

function sideLine(name: string, { run }: ReplayedSide): string {
  const paths = run.inputs.map(({ log }) => shownPath(log.path)).join(", ");
  const { events, operations } = run.result;
  return `${`${name}:`.padEnd(11)}${printable(paths)}: ${counted(events, "event")}, ${counted(operations, "operation")}\n`;
}

function resultLine({ comparison }: ComparedSides, palette: Palette): string {
  const { error, warning, info } = severityCounts(comparison.added);
  const fixed = severityCounts(comparison.fixed);
  const verdict = error > 0 ? palette.error(`${counted(error, "new error")}`) : palette.good("no new error");
  const rest = `${counted(warning, "new warning")}, ${info} new information; ${counted(fixed.error, "error")} fixed`;
  return `${"result:".padEnd(11)}${verdict}, ${rest}\n`;
}
