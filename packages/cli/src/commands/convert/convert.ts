import {
  canPack,
  type FormatName,
  formats,
  type LogHeader,
  LogOpenError,
  untilAborted,
  type XhlPacking,
  xhlPackings,
} from "@xgt/hypercall-log";
import { type GivenDomains, type RunInput, RunLogs, SeparateRunsError } from "@xgt/run";
import { Command, Option } from "commander";
import { CliError, UsageError } from "../../terminal/cli-error.ts";
import { type ColorMode, colorModes, paletteFor } from "../../terminal/color.ts";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import { logTrouble, logWarnings } from "../../terminal/log-trouble.ts";
import { messageLine } from "../../terminal/messages.ts";
import { openOutput, type PendingOutput } from "../../terminal/output-file.ts";
import { Progress } from "../../terminal/progress.ts";
import { shownPath } from "../../terminal/shown-path.ts";
import type { BuildCommand } from "../command-entry.ts";
import { givenDomains } from "../given-domains.ts";
import { type OutputForm, outputForms } from "./log-writers.ts";

/** The end of the name of a timeline: it is made by a replay, where the other forms only copy. */
const TIMELINE = ".pftrace";

const HELP = `
Several LOGs are one run seen by several recorders: they become one log. The end of the output's
name says its form: .xhl, xgt's own log, or .ndjson; .pftrace is a timeline for Perfetto, with what
the replay found. Without -o it is NDJSON on standard output.

Examples:
  xgt convert trace.dat -o run.xhl                        small, and fast to read again
  xgt convert hvclog.jsonl trace.txt -o run.ndjson        one log of two recorders'
  xgt convert console.txt --domains boot.log -o run.xhl   with the domains in its header
  xgt convert run.xhl --domains spec.json -o run.pftrace  a timeline
  xgt convert run.xhl | jq 'select(.ev == "lost")'        as lines

Exit status:
  0    all was written
  2    wrong use, or input that is unreadable, corrupt or cut (what could be read is still written)
  130  interrupted: nothing is written`;

interface ConvertOptions {
  from?: FormatName;
  domains?: string;
  output?: string;
  compression?: XhlPacking;
  quiet?: boolean;
  color: ColorMode;
}

/** Writes logs in another form. */
export const buildConvert: BuildCommand = (context) =>
  new Command("convert")
    .description("Write logs of one run as one log of another form.")
    .argument("<LOG...>", "logs of one run, or - for standard input")
    .option("-o, --output <FILE>", "FILE.xhl, FILE.ndjson or FILE.pftrace, written as a whole or not at all")
    .option("--domains <FILE>", "which domains, for the header: a DomainSpec (JSON) or Xen's boot log")
    .addOption(
      new Option("--from <FORMAT>", "read logs as this format, whatever they look like").choices(
        formats.map((format) => format.name),
      ),
    )
    .addOption(
      new Option(
        "--compression <HOW>",
        "of an .xhl, gzip unless said; zstd is for Node 22.15 and later",
      ).choices(xhlPackings),
    )
    .option("-q, --quiet", "no progress, no warnings")
    .addOption(new Option("--color <WHEN>", "colours").choices(colorModes).default("auto"))
    .addHelpText("after", HELP)
    .action(async (paths: string[], options: ConvertOptions) => {
      context.exit(await convertCommand(paths, options, context.io));
    });

async function convertCommand(paths: readonly string[], options: ConvertOptions, io: Io): Promise<number> {
  const inputs = [...paths, options.domains];
  if (inputs.filter((path) => path === "-").length > 1) {
    throw new UsageError("xgt convert", "standard input (-) can be read once only");
  }
  const form = formOf(options.output);
  const { compression } = options;
  if (compression !== undefined && (form === TIMELINE || form.name !== "xhl"))
    throw new UsageError("xgt convert", "--compression is of an .xhl: let the output's name end so");
  if (compression !== undefined && !canPack(compression))
    throw new UsageError("xgt convert", "this Node has no zstd: Node 22.15 and later have; use gzip");
  const given = await givenDomains(options.domains, io);
  const output = openOutput(options.output, io, { command: "xgt convert", inputs });
  try {
    const write = () =>
      form === TIMELINE
        ? timelineCommand(paths, options, given, output, io)
        : writeLog(paths, options, form, given, output, io);
    const status = await (io.interrupt?.while(write) ?? write());
    if (status === ExitStatus.interrupted) output.discard();
    else output.commit();
    return status;
  } catch (error) {
    output.discard();
    if (!(error instanceof SeparateRunsError)) throw error;
    const advice = "convert each to a log of its own";
    throw new CliError(`${shownPath(error.path)}: it shares no call with the logs before it; ${advice}`);
  }
}

/** The form that an output's name asks for. Throws UsageError. */
function formOf(path: string | undefined): OutputForm | typeof TIMELINE {
  if (path === undefined || path === "-") return outputForms[0];
  if (path.endsWith(TIMELINE)) return TIMELINE;
  const form = outputForms.find(({ endings }) => endings.some((ending) => path.endsWith(ending)));
  if (form !== undefined) return form;
  const endings = [...outputForms.flatMap((one) => one.endings), TIMELINE].join(", ");
  throw new UsageError(
    "xgt convert",
    `${shownPath(path)}: the name says no form; let it end in one of ${endings}`,
  );
}

/** Writes a run as a timeline; returns the exit status. */
async function timelineCommand(
  paths: readonly string[],
  options: ConvertOptions,
  given: GivenDomains | null,
  output: PendingOutput,
  io: Io,
): Promise<number> {
  const { writeTimeline } = await import("./write-timeline.ts");
  const progress = new Progress(io, options.quiet === true);
  try {
    const { run, notes } = await writeTimeline({ paths, from: options.from, given }, output, io, progress);
    progress.clear();
    if (options.quiet !== true) {
      const palette = paletteFor(options.color, io.stderr, io);
      for (const note of notes) await io.stderr.write(messageLine("warning", note, palette));
    }
    return tellTrouble(run.inputs, run.unopened, options, io);
  } finally {
    progress.clear();
  }
}

/** Says what could not be read; returns the exit status. */
async function tellTrouble(
  inputs: readonly RunInput[],
  unopened: readonly LogOpenError[],
  options: ConvertOptions,
  io: Io,
): Promise<number> {
  const palette = paletteFor(options.color, io.stderr, io);
  const logs = inputs.map(({ log }) => log);
  const missing = unopened.map((error) => messageLine("error", error.message, palette));
  const trouble = missing.join("") + logTrouble(logs, palette);
  await io.stderr.write(trouble + (options.quiet === true ? "" : logWarnings(logs, palette)));
  if (io.interrupt?.signal.aborted) return ExitStatus.interrupted;
  return trouble === "" ? ExitStatus.clean : ExitStatus.trouble;
}

async function writeLog(
  paths: readonly string[],
  options: ConvertOptions,
  form: OutputForm,
  given: GivenDomains | null,
  output: PendingOutput,
  io: Io,
): Promise<number> {
  const progress = new Progress(io, options.quiet === true);
  const run = await openRun(paths, options, io);
  try {
    const writer = form.open(run.strings, options.compression ?? "gzip");
    await put(output, writer.header(headerOf(run.header, given)));
    for await (const batch of untilAborted(run.batches(), io.interrupt?.signal)) {
      await put(output, writer.add(batch));
      progress.tick(run.inputs);
    }
    await put(output, writer.finish());
  } finally {
    progress.clear();
    await run.close();
  }
  return tellTrouble(run.inputs, run.unopened, options, io);
}

async function openRun(paths: readonly string[], options: ConvertOptions, io: Io): Promise<RunLogs> {
  try {
    return await RunLogs.open({ paths, from: options.from, stdin: io.stdin });
  } catch (error) {
    if (error instanceof LogOpenError) throw new CliError(error.message);
    throw error;
  }
}

/** The log's own header, with the domains that were given beside it. */
function headerOf(header: LogHeader | null, given: GivenDomains | null): LogHeader | null {
  return given === null ? header : { fromBoot: false, ...header, ...given.spec };
}

async function put(output: PendingOutput, piece: string | Uint8Array): Promise<void> {
  if (piece.length === 0) return;
  if (typeof piece === "string") await output.write(piece);
  else await output.writeBytes(piece);
}
