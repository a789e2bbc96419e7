import { jsonText, type Palette } from "@xgt/findings";
import { type FormatName, formats, LogOpenError, openLog, untilAborted } from "@xgt/hypercall-log";
import { type FindingFilter, LogTally } from "@xgt/run";
import { Command, Option } from "commander";
import { UsageError } from "../../terminal/cli-error.ts";
import { type ColorMode, colorModes, paletteFor } from "../../terminal/color.ts";
import { ExitStatus, exitStatusHelp } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import { logTrouble, logWarnings } from "../../terminal/log-trouble.ts";
import { messageLine } from "../../terminal/messages.ts";
import { openOutput, type PendingOutput } from "../../terminal/output-file.ts";
import { parseTimes } from "../../terminal/parse-options.ts";
import { Progress } from "../../terminal/progress.ts";
import type { BuildCommand } from "../command-entry.ts";
import { infoJson } from "./info-json.ts";
import { infoText } from "./info-text.ts";

const HELP = `
Examples:
  xgt info hvclog.jsonl                what is in a log
  xgt info trace.txt.gz hvclog.jsonl   of several, one after the other
  xgt info run.jsonl -f json | jq '.logs[0].calls'
  xgt info run.xhl --time 14.6,14.8    between two times; an .xhl is read only there

${exitStatusHelp}`;

interface InfoOptions {
  from?: FormatName;
  time?: FindingFilter["time"];
  format: "text" | "json";
  output?: string;
  quiet?: boolean;
  color: ColorMode;
}

/** What is in a log; nothing is replayed. */
export const buildInfo: BuildCommand = (context) =>
  new Command("info")
    .description("Tell what is in a log: format, time span, domains, operations per sub-op, lost, skipped.")
    .argument("<LOG...>", "logs, or - for standard input")
    .addOption(
      new Option("--from <FORMAT>", "read logs as this format, whatever they look like").choices(
        formats.map((format) => format.name),
      ),
    )
    .addOption(
      new Option(
        "--time <A,B>",
        "only events between these seconds of the log; either may be empty",
      ).argParser(parseTimes),
    )
    .addOption(
      new Option("-f, --format <FORMAT>", "form of the answer").choices(["text", "json"]).default("text"),
    )
    .option("-o, --output <FILE>", "write to FILE, as a whole or not at all; - is standard output")
    .option("-q, --quiet", "no progress")
    .addOption(new Option("--color <WHEN>", "colours").choices(colorModes).default("auto"))
    .addHelpText("after", HELP)
    .action(async (paths: string[], options: InfoOptions) => {
      context.exit(await infoCommand(paths, options, context.io));
    });

async function infoCommand(paths: readonly string[], options: InfoOptions, io: Io): Promise<number> {
  if (paths.filter((path) => path === "-").length > 1) {
    throw new UsageError("xgt info", "standard input (-) can be read once only");
  }
  const output = openOutput(options.output, io, { command: "xgt info", inputs: paths });
  try {
    const tell = () => tellAll(paths, options, io, output);
    const status = await (io.interrupt?.while(tell) ?? tell());
    output.commit();
    return status;
  } catch (error) {
    output.discard();
    throw error;
  }
}

async function tellAll(
  paths: readonly string[],
  options: InfoOptions,
  io: Io,
  output: PendingOutput,
): Promise<number> {
  const palette = paletteFor(options.color, output, io);
  const stderrPalette = paletteFor(options.color, io.stderr, io);
  const json = options.format === "json";
  let status: number = ExitStatus.clean;
  let told = 0;
  if (json) await output.write('{"version":1,\n "logs":[');
  for (const path of paths) {
    if (io.interrupt?.signal.aborted) break;
    const tally = await tallyLog(path, options, io, stderrPalette);
    if (tally === null) {
      status = ExitStatus.trouble;
      continue;
    }
    const trouble = logTrouble([tally.log], stderrPalette);
    if (trouble !== "") status = ExitStatus.trouble;
    await io.stderr.write(trouble + logWarnings([tally.log], stderrPalette));
    await output.write(told === 0 ? (json ? "\n  " : "") : json ? ",\n  " : "\n");
    told++;
    if (io.interrupt?.signal.aborted) status = ExitStatus.interrupted;
    if (json) for (const piece of jsonText(infoJson(tally), "  ")) await output.write(piece);
    else await output.write(infoText(tally, palette));
  }
  if (json) await output.write("]}\n");
  return status;
}

/** Reads one log; null where it cannot be opened, which is then said. */
async function tallyLog(
  path: string,
  options: InfoOptions,
  io: Io,
  stderrPalette: Palette,
): Promise<LogTally | null> {
  const progress = new Progress(io, options.quiet === true);
  try {
    const log = await openLog(path, {
      stdin: io.stdin,
      ...(options.from !== undefined && { from: options.from }),
      ...(options.time !== undefined && { time: options.time }),
    });
    const tally = new LogTally(log, options.time);
    for await (const batch of untilAborted(log.batches(), io.interrupt?.signal)) {
      tally.add(batch);
      progress.tick([tally]);
    }
    return tally;
  } catch (error) {
    if (!(error instanceof LogOpenError)) throw error;
    await io.stderr.write(messageLine("error", error.message, stderrPalette));
    return null;
  } finally {
    progress.clear();
  }
}
