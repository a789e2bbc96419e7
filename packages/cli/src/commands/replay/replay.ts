import { type Cause, causeKey, colorPalette } from "@xgt/findings";
import { type FormatName, formats } from "@xgt/hypercall-log";
import { rules } from "@xgt/p2m-tracker";
import { type Baseline, type FindingFilter, writeBaseline } from "@xgt/run";
import { Command, Option } from "commander";
import { JOBS_MAX } from "../../limits.ts";
import {
  type AlsoReport,
  alsoOption,
  type FailOn,
  failOnOption,
  formatOption,
  reporterOf,
} from "../../reports/report-options.ts";
import { ReportOutput } from "../../reports/report-output.ts";
import { UsageError } from "../../terminal/cli-error.ts";
import { type ColorMode, colorModes, paletteFor } from "../../terminal/color.ts";
import type { Io } from "../../terminal/io.ts";
import { messageLine } from "../../terminal/messages.ts";
import { replaceFile } from "../../terminal/output-file.ts";
import {
  parseCount,
  parseFrames,
  parseNames,
  parseNumbers,
  parseOps,
  parseRules,
  parseSkew,
  parseTimes,
  parseXen,
} from "../../terminal/parse-options.ts";
import { plainWord } from "../../terminal/plain-word.ts";
import type { BuildCommand, CommandContext } from "../command-entry.ts";
import { withDefaults } from "../defaults/run-defaults.ts";
import { givenBaseline } from "../given-baseline.ts";
import { givenDomains } from "../given-domains.ts";
import type { MapRange } from "./replay-tables.ts";
import { runAll } from "./run-all.ts";
import type { ReplayView, RunOutcome, RunTask } from "./run-replay.ts";

const COMMAND = "xgt replay";

const HELP = `
Several LOGs are one run seen by several recorders (a module's log, tracefs text, the Xen console):
a call that two of them hold is one call. With --each they are separate runs.
A LOG may be gzipped; - is standard input.

Examples:
  xgt replay hvclog.jsonl --domains spec.json           replay, check, report
  xgt replay hvclog.jsonl trace.txt --domains boot.log  one run, two recorders
  zcat run.gz | xgt replay - -f json -o result.json     in a pipeline
  ssh board cat trace_pipe | xgt replay -               findings as they happen
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
  also?: AlsoReport[];
  baseline?: string;
  writeBaseline?: string;
  failOn: FailOn;
  strict?: boolean;
  require?: ReadonlySet<string>;
  each?: boolean;
  follow?: boolean;
  skew?: ReadonlyMap<string, number>;
  time?: FindingFilter["time"];
  op?: FindingFilter["ops"];
  gfn?: FindingFilter["gfns"];
  domid?: FindingFilter["domids"];
  pid?: FindingFilter["pids"];
  comm?: FindingFilter["comms"];
  cpu?: FindingFilter["cpus"];
  device?: FindingFilter["devices"];
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
  return command
    .addHelpText("after", HELP)
    .action(async (paths: string[], given: ReplayOptions, self: Command) => {
      const { options, defaults } = await withDefaults(given, self, context.io);
      context.exit(await replayCommand(paths, options, defaults, context));
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
    .option("--follow", "read the only LOG as it grows, as tail -F does: findings as they happen")
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
    )
    .addOption(new Option("--domid <N>", "only findings about these domains").argParser(parseNumbers))
    .addOption(new Option("--pid <N>", "only what these threads did or caused").argParser(parseNumbers))
    .addOption(
      new Option("--comm <NAMES>", "the same by names of tasks; * stands for any characters").argParser(
        parseNames,
      ),
    )
    .addOption(new Option("--cpu <N>", "only what these CPUs did").argParser(parseNumbers))
    .addOption(
      new Option("--device <NAMES>", "only DMA of these devices; * stands for any characters").argParser(
        parseNames,
      ),
    );
}

function addOutputOptions(command: Command): void {
  command
    .optionsGroup("Output:")
    .addOption(formatOption())
    .option("-o, --output <FILE>", "write the report to FILE, as a whole or not at all; - is standard output")
    .addOption(alsoOption())
    .addOption(failOnOption())
    .option(
      "--strict",
      "exit with 2 where anything is unknown: halves of calls, lost records, calls that are not modelled, mode, RAM",
    )
    .addOption(
      new Option("--require <IDS>", "exit with 2 where one of these rules could not be decided").argParser(
        parseRules,
      ),
    )
    .option("--baseline <FILE>", "leave out the findings that FILE accepts by cause, each with a reason")
    .option("--write-baseline <FILE>", "write the causes of what was found to FILE, as --baseline reads them")
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
  defaults: string | null,
  context: CommandContext,
): Promise<number> {
  const { io } = context;
  checkUse(paths, options);
  const given = await givenDomains(options.domains, io);
  const baseline = givenBaseline(options.baseline);
  const inputs = [...paths, options.domains];
  const report = reportOf(options, io, [...inputs, options.baseline]);
  const view = viewOf(options, report, { baseline, defaults }, io);
  const { xen, from, skew, until, follow } = options;
  const tasks = (options.each ? paths.map((path) => [path]) : [paths]).map(
    (run): RunTask => ({ view, request: { paths: run, given, xen, from, skew, until, follow } }),
  );
  const causes = new Map<string, Cause>();
  const onOutcome = (outcome: RunOutcome) => {
    for (const [key, cause] of outcome.causes) causes.set(key, cause);
  };
  try {
    const run = () => runAll(tasks, options.jobs ?? 1, { io, report, onOutcome });
    const status = await (io.interrupt?.while(run) ?? run());
    report.commit();
    if (options.writeBaseline !== undefined) {
      const text = [...writeBaseline(causes.values(), baseline)].join("");
      replaceFile(options.writeBaseline, text, { command: COMMAND, inputs });
    } else if (baseline !== null && !view.quiet) await tellUnused(baseline, causes, options, io);
    return status;
  } catch (error) {
    report.discard();
    throw error;
  }
}

function reportOf(options: ReplayOptions, io: Io, inputs: readonly (string | undefined)[]): ReportOutput {
  const { rule, ignore } = options;
  const asked = rules.filter(({ id }) => rule?.has(id) !== false && ignore?.has(id) !== true);
  return new ReportOutput(
    {
      wanted: [{ format: options.format, path: options.output }, ...(options.also ?? [])],
      color: options.color,
      verbose: options.verbose === true || rule !== undefined,
      brief: options.quiet === true,
      events: options.events === true,
      several: options.each === true,
      reporter: reporterOf(asked, options.failOn),
    },
    io,
    { command: COMMAND, inputs },
  );
}

/** Says which accepted causes did not come up: they can be taken out of the file. */
async function tellUnused(
  baseline: Baseline,
  causes: ReadonlyMap<string, Cause>,
  { color }: ReplayOptions,
  io: Io,
): Promise<void> {
  const palette = paletteFor(color, io.stderr, io);
  for (const { cause, reason } of baseline.accepted) {
    if (causes.has(causeKey(cause))) continue;
    const at = cause.operation === "" ? "" : ` at ${cause.operation}`;
    const text = `${baseline.path}: ${cause.rule} ${cause.name}${at} (${reason}) was not found: take it out of the file`;
    await io.stderr.write(messageLine("warning", text, palette));
  }
}

function viewOf(
  options: ReplayOptions,
  report: ReportOutput,
  given: Pick<ReplayView, "baseline" | "defaults">,
  io: Io,
): ReplayView {
  const map: MapRange = options.mapAll ? "all" : options.map ? "exceptions" : "none";
  const accepted = given.baseline?.accepted.map(({ cause }) => causeKey(cause));
  return {
    ...given,
    filter: {
      time: options.time,
      ops: options.op,
      gfns: options.gfn,
      domids: options.domid,
      pids: options.pid,
      comms: options.comm,
      cpus: options.cpu,
      devices: options.device,
      rules: options.rule,
      ignored: options.ignore,
      accepted: accepted === undefined ? undefined : new Set(accepted),
    },
    failOn: options.failOn,
    strict: options.strict === true,
    required: [...(options.require ?? [])],
    story: storyOptions(options),
    events: options.events === true,
    map,
    quiet: options.quiet === true,
    forPeople: report.forPeople,
    forPrograms: report.forPrograms,
    reportIsSeen: report.isSeen,
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
  if (options.follow === true && paths.length > 1)
    throw new UsageError(COMMAND, "--follow reads one LOG: several are one run only as a whole");
  for (const path of options.skew?.keys() ?? []) {
    const at = paths.indexOf(path);
    const what =
      at < 0 ? "is none of the LOGs; name it as above" : "is the first LOG, by which the others are measured";
    if (at < 1) throw new UsageError(COMMAND, `--skew ${path}: ${what}`);
  }
}
