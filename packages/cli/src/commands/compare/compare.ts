import { existsSync } from "node:fs";
import { colorPalette, jsonText, type Palette, plainPalette } from "@xgt/findings";
import { type FormatName, formats, LogOpenError } from "@xgt/hypercall-log";
import { rules } from "@xgt/p2m-tracker";
import {
  type ComparedSides,
  compareRuns,
  type FindingFilter,
  nothingChecked,
  SeparateRunsError,
} from "@xgt/run";
import { Command, Option } from "commander";
import { type AlsoReport, alsoOption, formatOption, reporterOf } from "../../reports/report-options.ts";
import { PLAIN_REPORT, ReportOutput } from "../../reports/report-output.ts";
import { CliError, UsageError } from "../../terminal/cli-error.ts";
import { type ColorMode, colorModes, paletteFor } from "../../terminal/color.ts";
import type { Io } from "../../terminal/io.ts";
import { logTrouble, logWarnings } from "../../terminal/log-trouble.ts";
import { messageLine } from "../../terminal/messages.ts";
import { openOutput } from "../../terminal/output-file.ts";
import { parseRules, parseXen } from "../../terminal/parse-options.ts";
import { shownPath } from "../../terminal/shown-path.ts";
import type { BuildCommand, CommandContext } from "../command-entry.ts";
import { withDefaults } from "../defaults/run-defaults.ts";
import { tellDefaults } from "../defaults/tell-defaults.ts";
import { givenDomains } from "../given-domains.ts";
import { compareDocument } from "./compare-document.ts";
import { compareJson } from "./compare-json.ts";
import { compareText } from "./compare-text.ts";
import { compareStatus } from "./compare-verdict.ts";

const COMMAND = "xgt compare";
/** Forms of its own: they show more than findings. */
const OWN_FORMS = ["text", "json"];

const HELP = `
BASE and PATCHED are a log each, or the logs of one run with commas between them.
Findings are matched by cause: rule, hypercall, task and kind of frame; never by address or time.

Examples:
  xgt compare base.jsonl patched.jsonl --domains boot.log
  xgt compare base.jsonl,base-trace.txt patched.jsonl,patched-trace.txt --domains spec.json
  xgt compare base.jsonl patched.jsonl -f json | jq '.summary.new'

Exit status:
  0    no new error
  1    errors that only PATCHED has
  2    wrong use, or input that is unreadable, corrupt or cut (what could be read is still
       compared), or that holds nothing to check
  130  interrupted`;

interface CompareOptions {
  domains?: string;
  patchedDomains?: string;
  xen?: string;
  from?: FormatName;
  rule?: FindingFilter["rules"];
  ignore?: FindingFilter["ignored"];
  format: string;
  output?: string;
  report?: string;
  also?: AlsoReport[];
  verbose?: boolean;
  color: ColorMode;
}

/** What a guest patch changed. */
export const buildCompare: BuildCommand = (context) =>
  new Command("compare")
    .description("Replay two runs and say what is new, fixed and unchanged in the second.")
    .argument("<BASE>", "the log (or logs, with commas) of the unchanged guest")
    .argument("<PATCHED>", "the log (or logs) of the changed guest")
    .option("--domains <FILE>", "which domains, which RAM: a DomainSpec (JSON) or Xen's boot log")
    .option("--patched-domains <FILE>", "the same for PATCHED, where it differs")
    .addOption(
      new Option("--xen <VERSION>", "Xen's release, as in 4.17, 4.17.3 or master").argParser(parseXen),
    )
    .addOption(
      new Option("--from <FORMAT>", "read logs as this format, whatever they look like").choices(
        formats.map((format) => format.name),
      ),
    )
    .addOption(
      new Option("--rule <IDS>", "only these rules: G44 or dma-to-hole, several with commas").argParser(
        parseRules,
      ),
    )
    .addOption(new Option("--ignore <IDS>", "all but these rules").argParser(parseRules))
    .addOption(formatOption(OWN_FORMS))
    .option("-o, --output <FILE>", "write to FILE, as a whole or not at all; - is standard output")
    .addOption(alsoOption(OWN_FORMS))
    .option("--report <FILE>", "write both runs as one page, too: two maps, what is new, fixed, unchanged")
    .option("-v, --verbose", "unchanged warnings and information too")
    .addOption(new Option("--color <WHEN>", "colours").choices(colorModes).default("auto"))
    .addHelpText("after", HELP)
    .action(async (base: string, patched: string, given: CompareOptions, self: Command) => {
      const { options, defaults } = await withDefaults(given, self, context.io);
      await tellDefaults(defaults, options.color, context.io);
      context.exit(await compareCommand(base, patched, options, context));
    });

async function compareCommand(
  base: string,
  patched: string,
  options: CompareOptions,
  { io }: CommandContext,
): Promise<number> {
  const sides = { base: logsNamed(base), patched: logsNamed(patched) };
  const inputs = [...sides.base, ...sides.patched, options.domains, options.patchedDomains];
  if (inputs.filter((path) => path === "-").length > 1) {
    throw new UsageError(
      COMMAND,
      "standard input (-) can be read once only: name files for the other inputs",
    );
  }
  const given = await givenDomains(options.domains, io);
  const givenPatched = (await givenDomains(options.patchedDomains, io)) ?? given;
  const common = { xen: options.xen, from: options.from };
  let compared: ComparedSides | undefined;
  const page = options.report === undefined ? null : await comparisonPage(options.report, io, inputs);
  const report = reportOf(options, io, inputs, () => compared);
  try {
    compared = await compareRuns(
      { ...common, paths: sides.base, given },
      { ...common, paths: sides.patched, given: givenPatched },
      {
        filter: { rules: options.rule, ignored: options.ignore },
        stdin: io.stdin,
        observers: page?.observers,
      },
    );
    const messages = paletteFor(options.color, io.stderr, io);
    await io.stderr.write(troubleText(compared, messages === colorPalette));
    await report.document(compareDocument(compared));
    await report.end();
    await page?.write(compared);
    report.commit();
    page?.output.commit();
    return compareStatus(compared);
  } catch (error) {
    report.discard();
    page?.output.discard();
    if (error instanceof LogOpenError || error instanceof SeparateRunsError)
      throw new CliError(error.message);
    throw error;
  }
}

/** The report, in forms of the command's own and for services; `compared` is asked once there is something to write. */
function reportOf(
  options: CompareOptions,
  io: Io,
  inputs: readonly (string | undefined)[],
  compared: () => ComparedSides | undefined,
): ReportOutput {
  const form = (name: string, pieces: (sides: ComparedSides, palette: Palette) => Iterable<string>) => ({
    name,
    audience: name === "text" ? ("people" as const) : ("programs" as const),
    pieces: (palette: Palette) => {
      const sides = compared();
      return sides === undefined ? [] : pieces(sides, palette);
    },
  });
  const { rule, ignore } = options;
  const asked = rules.filter(({ id }) => rule?.has(id) !== false && ignore?.has(id) !== true);
  return new ReportOutput(
    {
      ...PLAIN_REPORT,
      color: options.color,
      verbose: options.verbose === true,
      wanted: [{ format: options.format, path: options.output }, ...(options.also ?? [])],
      own: [
        form("text", (sides, palette) => compareText(sides, palette, options.verbose === true)),
        form("json", (sides) => [...jsonText(compareJson(sides)), "\n"]),
      ],
      reporter: reporterOf(asked, "error"),
    },
    io,
    { command: COMMAND, inputs },
  );
}

/** The page's part: loaded only where a page is asked for. */
async function comparisonPage(path: string, io: Io, inputs: readonly (string | undefined)[]) {
  const { ComparisonPage } = await import("./comparison-page.ts");
  return new ComparisonPage(openOutput(path, io, { command: COMMAND, inputs }));
}

/** The logs that one argument names: a file, or several with commas between them. */
function logsNamed(argument: string): string[] {
  if (argument === "-" || existsSync(argument)) return [argument];
  return argument.split(",").filter((path) => path !== "");
}

/** What could not be read, and what makes the verdict less sure. */
function troubleText({ base, patched }: ComparedSides, color: boolean): string {
  const palette = color ? colorPalette : plainPalette;
  return [base, patched]
    .map(({ run }) => {
      const unopened = run.unopened.map((error) => messageLine("error", error.message, palette));
      const nothing = nothingChecked(run);
      const logs = run.inputs.map(({ log }) => log);
      return [
        ...unopened,
        logTrouble(logs, palette),
        logWarnings(logs, palette),
        nothing === null
          ? ""
          : messageLine("error", `${shownPath(run.inputs[0].log.path)}: ${nothing}`, palette),
      ].join("");
    })
    .join("");
}
