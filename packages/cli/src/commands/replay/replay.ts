import { colorPalette, type Severity, type Sink, severities, sinks } from "@xgt/findings";
import { type FormatName, formats } from "@xgt/hypercall-log";
import type { FindingFilter } from "@xgt/run";
import { Command, Option } from "commander";
import { JOBS_MAX } from "../../limits.ts";
import { UsageError } from "../../terminal/cli-error.ts";
import { type ColorMode, colorModes, columnsOf, paletteFor } from "../../terminal/color.ts";
import type { Io } from "../../terminal/io.ts";
import { openOutput, type PendingOutput } from "../../terminal/output-file.ts";
import {
  parseCount,
  parseFrames,
  parseOps,
  parseRules,
  parseSkew,
  parseTimes,
  parseXen,
} from "../../terminal/parse-options.ts";
import { plainWord } from "../../terminal/plain-word.ts";
import type { BuildCommand, CommandContext } from "../command-entry.ts";
import { givenDomains } from "../given-domains.ts";
import type { MapRange } from "./replay-tables.ts";
import { runAll } from "./run-all.ts";
import type { FailOn, ReplayView } from "./run-replay.ts";

const COMMAND = "xgt replay";

const HELP = `
Several LOGs are one run seen by several recorders (a module's log, tracefs text, the Xen console):
a call that two of them hold is one call. With --each they are separate runs.
A LOG may be gzipped; - is standard input.

Examples:
  xgt replay hvclog.jsonl --domains spec.json           replay, check, report
  xgt replay hvclog.jsonl trace.txt --domains boot.log  one run, two recorders
  zcat run.gz | xgt replay - -f json -o result.json     in a pipeline
  xgt replay run.jsonl --events --gfn 0xc5b79           what happened to one frame
  xgt replay run.jsonl --until 120 --map                the p2m after event 120
  git bisect run xgt replay run.jsonl --rule G44,G45    status 1 where one of these rules is broken

Exit status:
  0    nothing at or above --fail-on
  1    findings
  2    wrong use, or input that is unreadable, corrupt or cut (what could be read is still
       reported; 2 wins over 1); nothing was there to check; a rule of --require was not
       decided; with --strict anything that is unknown
  130  interrupted`;

interface ReplayOptions {
  domains?: string;
  xen?: string;
  from?: FormatName;
  format: string;
  output?: string;
  failOn: FailOn;
  strict?: boolean;
  require?: ReadonlySet<string>;
  each?: boolean;
  skew?: ReadonlyMap<string, number>;
  time?: FindingFilter["time"];
  op?: FindingFilter["ops"];
  gfn?: FindingFilter["gfns"];
  rule?: FindingFilter["rules"];
  ignore?: FindingFilter["ignored"];
  events?: boolean;
  until?: number;
  map?: boolean;
  mapAll?: boolean;
  jobs?: number;
  verbose?: boolean;
  quiet?: boolean;
  color: ColorMode;
}

/** The main job. */
export const buildReplay: BuildCommand = (context) => {
  const command = new Command("replay")
    .description("Replay logs of hypercalls, check the 1:1 rules, report.")
    .argument("<LOG...>", "logs of one run, or - for standard input");
  addInputOptions(command);
  addLimitOptions(command);
  addOutputOptions(command);
  return command.addHelpText("after", HELP).action(async (paths: string[], options: ReplayOptions) => {
    context.exit(await replayCommand(paths, options, context));
  });
};

function addInputOptions(command: Command): void {
  command
    .optionsGroup("Input:")
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
    .option("--each", "every LOG is a run of its own")
    .addOption(
      new Option(
        "--skew <LOG=SECONDS>",
        "the clock of LOG is SECONDS ahead of the first LOG's (else measured)",
      ).argParser(parseSkew),
    )
    .addOption(
      new Option("--until <EVENT>", "stop after the event of this number").argParser(
        parseCount(Number.MAX_SAFE_INTEGER),
      ),
    )
    .addOption(
      new Option("--jobs <N>", "with --each: replay up to N logs at a time").argParser(parseCount(JOBS_MAX)),
    );
}

function addLimitOptions(command: Command): void {
  command
    .optionsGroup("Limits of the report (never of the state):")
    .addOption(
      new Option("--rule <IDS>", "only these rules: G44 or dma-to-hole, several with commas").argParser(
        parseRules,
      ),
    )
    .addOption(new Option("--ignore <IDS>", "all but these rules").argParser(parseRules))
    .addOption(
      new Option(
        "--gfn <RANGE>",
        "only findings about 0x30000-0x4ffff, 0x30000+0x20000 or 0x30000",
      ).argParser(parseFrames),
    )
    .addOption(
      new Option(
        "--time <A,B>",
        "only findings between these seconds of the log; either may be empty",
      ).argParser(parseTimes),
    )
    .addOption(
      new Option(
        "--op <NAMES>",
        "only findings at or caused by these hypercalls, as in populate_physmap",
      ).argParser(parseOps),
    );
}

function addOutputOptions(command: Command): void {
  const failOn: readonly (Severity | "never")[] = [...severities, "never"];
  command
    .optionsGroup("Output:")
    .addOption(
      new Option("-f, --format <FORMAT>", "form of the report")
        .choices(sinks.map((sink) => sink.name))
        .default("text"),
    )
    .option("-o, --output <FILE>", "write the report to FILE, as a whole or not at all; - is standard output")
    .addOption(
      new Option("--fail-on <SEVERITY>", "exit with 1 from this severity on")
        .choices(failOn)
        .default("error"),
    )
    .option(
      "--strict",
      "exit with 2 where anything is unknown: halves of calls, lost records, calls that are not modelled, mode, RAM",
    )
    .addOption(
      new Option("--require <IDS>", "exit with 2 where one of these rules could not be decided").argParser(
        parseRules,
      ),
    )
    .option("--events", "list every hypercall and what it did to the p2m, one line each")
    .option(
      "--map",
      "print the resulting p2m as runs, own RAM at its own frame left out (--map=all: with it)",
    )
    .addOption(new Option("--map-all").hideHelp())
    .option("-v, --verbose", "every finding in full, information too")
    .option("-q, --quiet", "findings only: no summary, no progress, no warnings")
    .addOption(new Option("--color <WHEN>", "colours").choices(colorModes).default("auto"));
}

async function replayCommand(
  paths: readonly string[],
  options: ReplayOptions,
  context: CommandContext,
): Promise<number> {
  const { io } = context;
  checkUse(paths, options);
  const given = await givenDomains(options.domains, io);
  const sink = sinks.find((candidate) => candidate.name === options.format) as Sink;
  const output = openOutput(options.output, io, { command: COMMAND, inputs: [...paths, options.domains] });
  const view = viewOf(options, output, io);
  const writer = sink.open({
    palette: paletteFor(options.color, output, io),
    columns: columnsOf(output),
    verbose: options.verbose === true || options.rule !== undefined,
    brief: view.quiet,
    events: view.events,
    several: options.each === true,
  });
  const tasks = (options.each ? paths.map((path) => [path]) : [paths]).map((run) => ({
    view,
    request: {
      paths: run,
      given,
      xen: options.xen,
      from: options.from,
      skew: options.skew,
      until: options.until,
    },
  }));
  try {
    const run = () => runAll(tasks, options.jobs ?? 1, { io, writer, output });
    const status = await (io.interrupt?.while(run) ?? run());
    output.commit();
    return status;
  } catch (error) {
    output.discard();
    throw error;
  }
}

function viewOf(options: ReplayOptions, output: PendingOutput, io: Io): ReplayView {
  const map: MapRange = options.mapAll ? "all" : options.map ? "exceptions" : "none";
  return {
    filter: {
      time: options.time,
      ops: options.op,
      gfns: options.gfn,
      rules: options.rule,
      ignored: options.ignore,
    },
    failOn: options.failOn,
    strict: options.strict === true,
    required: [...(options.require ?? [])],
    story: storyOptions(options),
    events: options.events === true,
    map,
    quiet: options.quiet === true,
    forPeople: options.format === "text",
    reportIsSeen: options.format === "text" && !output.isFile,
    colorMessages: paletteFor(options.color, io.stderr, io) === colorPalette,
  };
}

/** The options that say what a run is; undefined where one of them cannot be read again. */
function storyOptions({ domains, xen, from, skew }: ReplayOptions): string[] | undefined {
  if (domains === "-") return undefined;
  const options: [string, string | undefined][] = [
    ["--domains", domains],
    ["--xen", xen],
    ["--from", from],
    ...[...(skew ?? [])].map(([path, seconds]): [string, string] => ["--skew", `${path}=${seconds}`]),
  ];
  return options.flatMap(([name, value]) => (value === undefined ? [] : [name, plainWord(value)]));
}

function checkUse(paths: readonly string[], options: ReplayOptions): void {
  const inputs = options.domains === undefined ? paths : [...paths, options.domains];
  if (inputs.filter((path) => path === "-").length > 1) {
    throw new UsageError(
      COMMAND,
      "standard input (-) can be read once only: name files for the other inputs",
    );
  }
  for (const path of options.skew?.keys() ?? []) {
    const at = paths.indexOf(path);
    const what =
      at < 0 ? "is none of the LOGs; name it as above" : "is the first LOG, by which the others are measured";
    if (at < 1) throw new UsageError(COMMAND, `--skew ${path}: ${what}`);
  }
}
