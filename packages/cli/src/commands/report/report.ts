import { type FormatName, formats, LogOpenError } from "@xgt/hypercall-log";
import { RunRecorder, reportPage } from "@xgt/report";
import {
  type GivenDomains,
  nothingChecked,
  type Run,
  type RunContext,
  replayRun,
  SeparateRunsError,
} from "@xgt/run";
import { Command, Option } from "commander";
import { CliError, UsageError } from "../../terminal/cli-error.ts";
import { type ColorMode, colorModes, paletteFor } from "../../terminal/color.ts";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import { logTrouble, logWarnings } from "../../terminal/log-trouble.ts";
import { messageLine } from "../../terminal/messages.ts";
import { openOutput, type PendingOutput } from "../../terminal/output-file.ts";
import { parseSkew, parseXen } from "../../terminal/parse-options.ts";
import { plainWord } from "../../terminal/plain-word.ts";
import { Progress } from "../../terminal/progress.ts";
import type { BuildCommand, CommandContext } from "../command-entry.ts";
import { withDefaults } from "../defaults/run-defaults.ts";
import { tellDefaults } from "../defaults/tell-defaults.ts";
import { givenDomains } from "../given-domains.ts";

const COMMAND = "xgt report";

const HELP = `
Several LOGs are one run seen by several recorders. The page needs no network and no other file:
open it in a browser, send it, keep it with the log. It holds the findings by frame, the map of all
frames that changed, and the story of each: what Xen maps, what the guest believes, what a device
used.

Examples:
  xgt report hvclog.jsonl trace.txt --domains spec.json -o page.html
  xgt report run.xhl -o - | gzip > page.html.gz

Exit status:
  0    the page is written, whatever it tells
  2    wrong use, or input that is unreadable, corrupt or cut (what could be read is on the page),
       or that holds nothing to check
  130  interrupted: the page tells what was read until then`;

interface ReportOptions {
  domains?: string;
  xen?: string;
  from?: FormatName;
  skew?: ReadonlyMap<string, number>;
  output: string;
  full?: boolean;
  quiet?: boolean;
  color: ColorMode;
}

/** Writes what a run did as a page. */
export const buildReport: BuildCommand = (context) =>
  new Command("report")
    .description(
      "Replay logs of one run and write one self-contained page: findings, map, story of each frame.",
    )
    .argument("<LOG...>", "logs of one run, or - for standard input")
    .requiredOption("-o, --output <FILE>", "the page, written as a whole or not at all; - is standard output")
    .option(
      "--domains <FILE>",
      "which domains, which RAM: a DomainSpec (JSON) or Xen's boot log; - is standard input",
    )
    .addOption(
      new Option("--xen <VERSION>", "Xen's release, as in 4.17, 4.17.3 or master").argParser(parseXen),
    )
    .addOption(
      new Option("--from <FORMAT>", "read logs as this format, whatever they look like").choices(
        formats.map((format) => format.name),
      ),
    )
    .addOption(
      new Option(
        "--skew <LOG=SECONDS>",
        "the clock of LOG is SECONDS ahead of the first LOG's (else measured)",
      ).argParser(parseSkew),
    )
    .option("--full", "leave nothing out, however large the page becomes (else it stays below 30 MB)")
    .option("-q, --quiet", "no progress, no warnings")
    .addOption(new Option("--color <WHEN>", "colours").choices(colorModes).default("auto"))
    .addHelpText("after", HELP)
    .action(async (paths: string[], given: ReportOptions, self: Command) => {
      const { options, defaults } = await withDefaults(given, self, context.io);
      if (options.quiet !== true) await tellDefaults(defaults, options.color, context.io);
      context.exit(await reportCommand(paths, options, context));
    });

async function reportCommand(
  paths: readonly string[],
  options: ReportOptions,
  { io }: CommandContext,
): Promise<number> {
  if ([...paths, options.domains].filter((path) => path === "-").length > 1) {
    throw new UsageError(
      COMMAND,
      "standard input (-) can be read once only: name files for the other inputs",
    );
  }
  const given = await givenDomains(options.domains, io);
  const output = openOutput(options.output, io, { command: COMMAND, inputs: [...paths, options.domains] });
  try {
    const write = () => writeReport(paths, options, { given, output, io });
    const status = await (io.interrupt?.while(write) ?? write());
    output.commit();
    return status;
  } catch (error) {
    output.discard();
    if (error instanceof LogOpenError || error instanceof SeparateRunsError)
      throw new CliError(error.message);
    throw error;
  }
}

interface ReportSurroundings {
  readonly given: GivenDomains | null;
  readonly output: PendingOutput;
  readonly io: Io;
}

async function writeReport(
  paths: readonly string[],
  options: ReportOptions,
  { given, output, io }: ReportSurroundings,
): Promise<number> {
  const progress = new Progress(io, options.quiet === true);
  const recorders: RunRecorder[] = [];
  const run = await replayRun(
    { paths, given, xen: options.xen, from: options.from, skew: options.skew },
    {
      stdin: io.stdin,
      signal: io.interrupt?.signal,
      observers: (context: RunContext) => {
        recorders.push(new RunRecorder(context));
        return recorders;
      },
      onBatch: async (inputs) => progress.tick(inputs),
    },
  ).finally(() => progress.clear());
  const [recorder] = recorders;
  for (const piece of reportPage({
    ...{ run, recorder, command: storyCommand(paths, options) },
    isWhole: options.full === true,
  })) {
    await output.write(piece);
  }
  return told(run, options, io);
}

/** Says what could not be read, and returns the exit status. */
async function told(run: Run, { quiet, color }: ReportOptions, io: Io): Promise<number> {
  const palette = paletteFor(color, io.stderr, io);
  const logs = run.inputs.map(({ log }) => log);
  const nothing = nothingChecked(run);
  const trouble = [
    ...run.unopened.map((error) => messageLine("error", error.message, palette)),
    logTrouble(logs, palette),
    nothing === null ? "" : messageLine("error", nothing, palette),
  ].join("");
  await io.stderr.write(trouble + (quiet === true ? "" : logWarnings(logs, palette)));
  if (run.interrupted) return ExitStatus.interrupted;
  return trouble === "" ? ExitStatus.clean : ExitStatus.trouble;
}

/** The command that replays the same run, for the page to add a frame to; null: it was read from standard input. */
function storyCommand(paths: readonly string[], { domains, xen, from, skew }: ReportOptions): string | null {
  if (paths.includes("-") || domains === "-") return null;
  const options: [string, string | undefined][] = [
    ["--domains", domains],
    ["--xen", xen],
    ["--from", from],
    ...[...(skew ?? [])].map(([path, seconds]): [string, string] => ["--skew", `${path}=${seconds}`]),
  ];
  const words = options.flatMap(([name, value]) => (value === undefined ? [] : [name, plainWord(value)]));
  return ["xgt replay", ...paths.map(plainWord), ...words].join(" ");
}
