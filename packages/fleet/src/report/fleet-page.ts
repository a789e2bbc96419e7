import { counted, placeText, printable } from "@xgt/findings";
import { PAGE_CAUSES_MAX, PAGE_SHARES_MAX } from "../limits.ts";
import type { FleetAnswer, FleetCause, FleetFailure, GroupShare } from "../merge/fleet-answer.ts";
import { beforeText, byText, commonText } from "./cause-text.ts";
import css from "./fleet-page.css?raw";
import { pageLink } from "./page-link.ts";
import { subOpText } from "./sub-op-text.ts";
import { undecidedGroups } from "./undecided-groups.ts";

/** The answer of a fleet as one page that needs no network and runs nothing. `name`: the fleet's; empty: it has none. */
export function* fleetPage(answer: FleetAnswer, name: string): Generator<string> {
  const title = name === "" ? "fleet" : name;
  const style = css.trim();
  const { createHash } = process.getBuiltinModule("node:crypto");
  const hash = createHash("sha256").update(style).digest("base64");
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${shown(title)}: xgt fleet</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${shown(title)}</h1>
<p>${verdict(answer)}</p>
`;
  const all = answer.runs - answer.failed;
  const causes = answer.causes.slice(0, PAGE_CAUSES_MAX);
  const information = causes.filter(({ cause }) => cause.severity === "info");
  for (const one of causes) if (one.cause.severity !== "info") yield causeSection(one, all);
  const hidden = answer.causes.length - PAGE_CAUSES_MAX;
  if (hidden > 0) yield `<p>${counted(hidden, "more cause")}, not in this page: they hit fewer runs.</p>\n`;
  if (answer.causesLeftOut > 0) yield `<p>${counted(answer.causesLeftOut, "cause")} left out.</p>\n`;
  yield* goneSection(answer);
  yield* failureTable(answer);
  yield* folded(
    counted(information.length, "cause of information", "causes of information"),
    information,
    all,
  );
  yield* subOpTable(answer);
  yield* undecidedRules(answer);
  yield "</main>\n</body>\n</html>\n";
}

function verdict({ runs, failed, troubled, operations, causes }: FleetAnswer): string {
  const errors = causes.filter(({ cause }) => cause.severity === "error").length;
  const isHealthy = runs > 0 && failed + troubled === 0;
  const none = isHealthy
    ? '<strong class="good">no error</strong>'
    : '<strong class="warning">no error seen</strong>';
  const what =
    errors > 0
      ? `<strong class="error">${counted(errors, "cause of errors", "causes of errors")}</strong>`
      : none;
  const open = [
    failed > 0 ? `, ${counted(failed, "run")} without an answer` : "",
    troubled > 0 ? `, ${counted(troubled, "run")} not whole` : "",
  ].join("");
  return `${what} in ${counted(runs, "run")}${open}; ${counted(operations, "operation")}`;
}

function causeSection(one: FleetCause, all: number): string {
  const { cause, runs, findings, isSteady, isNew, shares, common, example } = one;
  const news = isNew === true ? "<strong>new</strong>, " : "";
  const with_ = commonText(common);
  const hit = `${runs} of ${counted(all, "run")}${beforeText(one)}${with_ === "" ? "" : `, ${with_}`}`;
  const last = example.last === null ? "" : `, last ${placeText(example.last)}`;
  const place = example.first === null ? "" : ` (${placeText(example.first)}${last})`;
  const fix = example.fix === null ? "" : `<p><span class="good">fix</span> ${shown(example.fix)}</p>\n`;
  return `<section>
<h2><span class="${cause.severity}">${cause.severity}</span> ${shown(`${cause.rule} ${cause.name}`)}</h2>
<p>${shown(byText(cause))}</p>
<p><meter class="${cause.severity}" min="0" max="${all}" value="${runs}"></meter> <strong>${shown(hit)}</strong></p>
<p>${news}${isSteady ? "steady: every run of these groups has it" : "flaky: some runs of the same groups do not have it"}; ${counted(findings, "finding")}</p>
<p class="dim">first in ${runLink(example.run, example.page)}: ${shown(example.message + place)}</p>
${fix}${shareTable(shares)}</section>
`;
}

function shareTable(shares: readonly GroupShare[]): string {
  if (shares.length === 0) return "";
  const rows = shares
    .slice(0, PAGE_SHARES_MAX)
    .map(
      ({ key, value, hit, runs }) =>
        `<tr><td>${shown(key)}</td><td>${shown(value)}</td><td class="count">${hit} of ${runs}</td></tr>\n`,
    );
  const more = shares.length - PAGE_SHARES_MAX;
  const rest = more > 0 ? `<p>and ${counted(more, "more value")}</p>\n` : "";
  const head = "<tr><th>of</th><th>value</th><th>runs</th></tr>\n";
  return `<details>\n<summary>groups</summary>\n<table>\n${head}${rows.join("")}</table>\n${rest}</details>\n`;
}

function* goneSection({ gone }: FleetAnswer): Generator<string> {
  if (gone.length === 0) return;
  const names = gone
    .slice(0, PAGE_CAUSES_MAX)
    .map((cause) => `<li>${shown(`${cause.rule} ${cause.name} ${byText(cause)}`)}</li>\n`);
  yield `<section>\n<h2>gone</h2>\n<ul>\n${names.join("")}</ul>\n</section>\n`;
}

function* failureTable({ failures, failed }: FleetAnswer): Generator<string> {
  if (failed === 0) return;
  const rows = failures.map(
    ({ run, reason, page }: FleetFailure) =>
      `<tr><td>${runLink(run, page)}</td><td>${shown(reason)}</td></tr>\n`,
  );
  const more = failed - failures.length;
  const rest = more > 0 ? `<p>and ${counted(more, "more run")}</p>\n` : "";
  yield `<section>\n<h2>no answer</h2>\n<table>\n${rows.join("")}</table>\n${rest}</section>\n`;
}

function* folded(title: string, causes: readonly FleetCause[], all: number): Generator<string> {
  if (causes.length === 0) return;
  yield `<details>\n<summary>${title}</summary>\n`;
  for (const one of causes) yield causeSection(one, all);
  yield "</details>\n";
}

function* subOpTable({ behaviour }: FleetAnswer): Generator<string> {
  if (behaviour.length === 0) return;
  const rows = behaviour.map(
    (one) => `<tr><td>${shown(one.operation)}</td><td>${subOpText(one)}</td></tr>\n`,
  );
  yield `<details>\n<summary>calls</summary>\n<section>\n<table>\n${rows.join("")}</table>\n</section>\n</details>\n`;
}

function* undecidedRules(answer: FleetAnswer): Generator<string> {
  if (answer.undecided.size === 0) return;
  const groups = undecidedGroups(answer).map(
    ({ runs, rules }) => `<p>${shown(rules.join(" "))} in <strong>${counted(runs, "run")}</strong></p>\n`,
  );
  yield `<details>\n<summary>${counted(answer.undecided.size, "rule")} undecided</summary>\n<section>\n${groups.join("")}</section>\n</details>\n`;
}

function runLink(run: string, page: string | undefined): string {
  const link = pageLink(page);
  return link === null ? shown(run) : `<a href="${escaped(link)}" rel="noreferrer">${shown(run)}</a>`;
}

/** A text of a log or a manifest as it may stand in a page: nothing in it is markup, and nothing is unseen. */
function shown(text: string): string {
  return escaped(printable(text));
}

function escaped(text: string): string {
  return text.replace(/[&<>"'`]/g, (c) => `&#${c.charCodeAt(0)};`);
}
