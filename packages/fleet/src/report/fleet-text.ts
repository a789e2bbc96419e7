import { counted, type Palette, placeText, printable } from "@xgt/findings";
import type { FleetAnswer, FleetCause } from "../merge/fleet-answer.ts";
import { beforeText, byText, commonText } from "./cause-text.ts";
import { pageLink } from "./page-link.ts";
import { subOpText } from "./sub-op-text.ts";
import { undecidedGroups } from "./undecided-groups.ts";

/** Groups that are named with a cause; further ones are counted, unless all are asked for. */
const SHARES_SHOWN = 4;

/** The answer of a fleet for people. `isFull`: information and all groups too. */
export function* fleetText(
  answer: FleetAnswer,
  name: string,
  palette: Palette,
  isFull: boolean,
): Generator<string> {
  const shown = isFull ? answer.causes : answer.causes.filter(({ cause }) => cause.severity !== "info");
  for (const cause of shown) yield causeText(cause, answer.runs - answer.failed, palette, isFull);
  if (shown.length > 0) yield "\n";
  const hidden = answer.causes.length - shown.length;
  if (hidden > 0) yield `${counted(hidden, "cause")} of information not shown: --verbose\n`;
  if (answer.causesLeftOut > 0) yield `${answer.causesLeftOut} causes left out: too many different ones\n`;
  if (isFull) for (const one of answer.behaviour) yield `${printable(one.operation)}: ${subOpText(one)}\n`;
  for (const { rule, name: ruleName } of answer.gone) yield `gone: ${rule} ${ruleName}\n`;
  for (const { run, reason } of answer.failures) yield `no answer: ${printable(`${run}: ${reason}`)}\n`;
  const more = answer.failed - answer.failures.length;
  if (more > 0) yield `no answer: ${counted(more, "more run")}\n`;
  if (answer.undecided.size > 0) yield `${undecidedText(answer)}\n`;
  yield `${resultText(answer, name, palette)}\n`;
}

function causeText(one: FleetCause, all: number, palette: Palette, isFull: boolean): string {
  const { cause, runs, findings, isSteady, isNew, shares, common, example } = one;
  const { rule, name, severity } = cause;
  const news = isNew === true ? palette.strong("new: ") : "";
  const by = byText(cause);
  const where = by === "" ? "" : ` ${printable(by)}`;
  const all_ = commonText(common);
  const with_ = all_ === "" ? "" : `, ${printable(all_)}`;
  const hit = `${runs} of ${counted(all, "run")}${beforeText(one)}${with_}, ${counted(findings, "finding")}, ${isSteady ? "steady" : "flaky"}`;
  const head = `${news}${palette[severity](`${severity}:`)} ${palette.strong(`${rule} ${name}`)}${where}: ${hit}\n`;
  const listed = isFull ? shares : shares.slice(0, SHARES_SHOWN);
  const groups = listed.map(
    ({ key, value, hit: with_, runs: of }) => `    ${printable(`${key} ${value}`)}: ${with_} of ${of}\n`,
  );
  const rest = shares.length - listed.length;
  const restLine = rest > 0 ? `    and ${counted(rest, "more value")}\n` : "";
  const place = example.first === null ? "" : ` (${placeText(example.first)})`;
  const told = `    ${palette.faint("first in")} ${printable(`${example.run}: ${example.message}${place}`)}\n`;
  const fix = example.fix === null ? "" : `    ${palette.good("fix")} ${printable(example.fix)}\n`;
  const link = pageLink(example.page);
  const page = link === null ? "" : `    ${palette.faint("page")} ${printable(link)}\n`;
  return `${head}${groups.join("")}${restLine}${told}${page}${fix}`;
}

function undecidedText(answer: FleetAnswer): string {
  const parts = undecidedGroups(answer).map(
    ({ runs, rules }) => `${rules.join(" ")} in ${counted(runs, "run")}`,
  );
  return `undecided: ${parts.join("; ")}`;
}

/** The verdict. Runs without an answer, or with one for a part of their input only, are no health. */
function resultText(answer: FleetAnswer, name: string, palette: Palette): string {
  const { runs, failed, troubled, operations, causes } = answer;
  const errors = causes.filter(({ cause }) => cause.severity === "error").length;
  const open = [
    failed > 0 ? `${counted(failed, "run")} without an answer` : "",
    troubled > 0 ? `${counted(troubled, "run")} not whole` : "",
  ].filter((text) => text !== "");
  const isHealthy = open.length === 0 && runs > 0;
  const none = isHealthy ? palette.good("no error") : palette.warning("no error seen");
  const verdict = errors > 0 ? palette.error(counted(errors, "cause of errors", "causes of errors")) : none;
  const rest = open.length > 0 ? `, ${palette.warning(open.join(", "))}` : "";
  return `${name === "" ? "fleet" : printable(name)}: ${verdict} in ${counted(runs, "run")}${rest}; ${counted(operations, "operation")}`;
}
