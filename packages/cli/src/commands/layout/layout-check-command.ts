import { existsSync } from "node:fs";
import { logOnlyInput, type ReservedRange, uncoveredHost } from "@xgt/dom0less-layout";
import { releaseName } from "@xgt/hypercall-abi";
import { Command, Option } from "commander";
import { findConfig } from "../../config/xgt-config.ts";
import {
  type AlsoReport,
  alsoOption,
  type FailOn,
  failOnOption,
  formatOption,
  reporterOf,
} from "../../reports/report-options.ts";
import { ReportOutput } from "../../reports/report-output.ts";
import { summaryFails } from "../../reports/summary-fails.ts";
import { CliError, UsageError } from "../../terminal/cli-error.ts";
import { type ColorMode, colorModes, paletteFor } from "../../terminal/color.ts";
import { ExitStatus } from "../../terminal/exit-status.ts";
import { type Io, workingFolder } from "../../terminal/io.ts";
import { messageLine } from "../../terminal/messages.ts";
import type { BuildCommand, CommandContext } from "../command-entry.ts";
import { ignoredRules, ignoredText } from "../defaults/default-rules.ts";
import { tellDefaults } from "../defaults/tell-defaults.ts";
import { catalogue } from "../rules/rule-catalogue.ts";
import {
  loadBootLog,
  loadConsole,
  loadHost,
  loadKconfig,
  loadMasters,
  loadModules,
  treeProblemText,
} from "./layout-files.ts";
import {
  collect,
  DEFAULT_RELEASE,
  notCovered,
  parseFirmware,
  parseLayoutRules,
  parseModule,
  parseRelease,
} from "./layout-options.ts";
import { type LayoutCheckTask, layoutDocument } from "./run-layout-check.ts";

const HELP_WIDTH = 100;
const COMMAND = "xgt layout check";

const HELP = `
HOST is the device tree that Xen is booted with: .dtb, or source that cpp has been over. Partial
device trees and the sizes of kernels and ramdisks come with --module.

--masters takes JSON with what protection units without translation (xRDC, XMPU) open:
  {"version":1,"masters":[{"path":"/soc/mmc@4005d000","dma_bits":32,
   "windows":[{"start":"0x80000000","size":"256M","access":"rw"}]}]}

Examples:
  xgt layout check host.dtb --module /chosen/domU1/module@88000000=partial.dtb
  xgt layout check host.dtb --overlay plan.dtso --xen 4.17 -f json
  xgt layout check host.dtb --log boot.log
  xgt layout check --symptom "RAMDISK: Couldn't find valid RAM disk image starting at 0"
  xgt layout check --symptom - < console.txt

Exit status:
  0    nothing at or above --fail-on
  1    findings
  2    wrong use, or a file that is unreadable or corrupt (what could be read is still checked)`;

interface CheckOptions {
  overlay?: string[];
  module?: { node: string; file: string }[];
  domu?: string[];
  xen?: number;
  masters?: string;
  firmware?: ReservedRange[];
  kconfig?: string;
  dom0?: boolean;
  log?: string;
  symptom?: string[];
  rule?: ReadonlySet<string>;
  ignore?: ReadonlySet<string>;
  format: string;
  output?: string;
  also?: AlsoReport[];
  failOn: FailOn;
  map?: boolean;
  verbose?: boolean;
  quiet?: boolean;
  color: ColorMode;
}

/** The layout rules over a host tree. */
export const buildLayoutCheck: BuildCommand = (context) => {
  const command = new Command("check")
    .summary("check a host tree with its dom0less domains")
    .description("Check a host device tree with its dom0less domains against the layout rules.")
    .argument("[HOST]", "host device tree, or - for standard input")
    .helpOption("-h, --help", "print this help")
    .configureHelp({ helpWidth: HELP_WIDTH });
  addInputOptions(command);
  addOutputOptions(command);
  return command
    .addHelpText("after", HELP)
    .action(async (host: string | undefined, given: CheckOptions, self: Command) => {
      const { options, defaults } = withCheckDefaults(given, self, context.io);
      if (options.quiet !== true) await tellDefaults(defaults, options.color, context.io);
      context.exit(await checkCommand(host, options, context));
    });
};

function addInputOptions(command: Command): void {
  command
    .optionsGroup("Input:")
    .addOption(
      new Option(
        "--overlay <FILE>",
        "merge into HOST first: an overlay, a script with fdt commands, or a configuration of ImageBuilder; repeatable",
      ).argParser(collect),
    )
    .addOption(
      new Option("--module <PATH=FILE>", "the file behind a boot module's node; repeatable").argParser(
        parseModule,
      ),
    )
    .addOption(new Option("--domu <NAME>", "only findings about this domain; repeatable").argParser(collect))
    .addOption(
      new Option(
        "--xen <VERSION>",
        `Xen's release, as in 4.17 or master (else ${DEFAULT_RELEASE})`,
      ).argParser(parseRelease),
    )
    .option("--masters <FILE>", "what bus masters can reach, as JSON")
    .addOption(
      new Option("--firmware <START+SIZE=NAME>", "memory that firmware keeps; repeatable").argParser(
        parseFirmware,
      ),
    )
    .option("--kconfig <FILE>", "Xen's .config")
    .option("--dom0", "there will be a Dom0, though HOST holds no kernel for it yet")
    .option("--log <FILE>", "a boot log of Xen or of a guest: banks, and known messages")
    .addOption(
      new Option(
        "--symptom <TEXT>",
        "a message to explain, or - for a console on standard input; repeatable",
      ).argParser(collect),
    );
}

function addOutputOptions(command: Command): void {
  command
    .optionsGroup("Output:")
    .addOption(
      new Option("--rule <IDS>", "only these rules: L11 or passthrough-inside-ram").argParser(
        parseLayoutRules,
      ),
    )
    .addOption(new Option("--ignore <IDS>", "all but these rules").argParser(parseLayoutRules))
    .option("--map", "show the address spaces of host and domains side by side")
    .addOption(formatOption())
    .option("-o, --output <FILE>", "write the report to FILE, as a whole or not at all; - is standard output")
    .addOption(alsoOption())
    .addOption(failOnOption())
    .option("-v, --verbose", "every finding in full, information too")
    .option("-q, --quiet", "findings only: no summary")
    .addOption(new Option("--color <WHEN>", "colours").choices(colorModes).default("auto"));
}

async function checkCommand(
  host: string | undefined,
  options: CheckOptions,
  { io }: CommandContext,
): Promise<number> {
  if (host === undefined && options.symptom === undefined && options.log === undefined) {
    throw new UsageError(COMMAND, "name a host device tree, or a message with --symptom");
  }
  const palette = paletteFor(options.color, io.stderr, io);
  const { task, problems } = await taskOf(host, options, io);
  const uncovered = task.input === null ? null : uncoveredHost(task.input.host);
  if (uncovered !== null) throw new CliError(notCovered(uncovered));
  for (const problem of problems) await io.stderr.write(messageLine("error", problem, palette));
  const passes = ({ id }: { id: string }) =>
    options.rule?.has(id) !== false && options.ignore?.has(id) !== true;
  const report = new ReportOutput(
    {
      wanted: [{ format: options.format, path: options.output }, ...(options.also ?? [])],
      color: options.color,
      verbose: options.verbose === true || options.rule !== undefined,
      brief: options.quiet === true,
      events: false,
      several: false,
      reporter: reporterOf(
        catalogue.filter((rule) => rule.id.startsWith("L") && passes(rule)),
        options.failOn,
      ),
    },
    io,
    { command: COMMAND, inputs: inputsOf(host, options) },
  );
  try {
    const document = { ...layoutDocument(task), troubles: problems };
    await report.document(document);
    await report.end();
    report.commit();
    if (problems.length > 0) return ExitStatus.trouble;
    return summaryFails(document.summary, options.failOn) ? ExitStatus.findings : ExitStatus.clean;
  } catch (error) {
    report.discard();
    throw error;
  }
}

/** The options with what xgt.config.json says where the command line says nothing, and what that was, in words. */
function withCheckDefaults(
  given: CheckOptions,
  self: Command,
  io: Io,
): { readonly options: CheckOptions; readonly defaults: string | null } {
  const config = findConfig(workingFolder(io));
  if (config === null) return { options: given, defaults: null };
  const options = { ...given };
  const said: string[] = [];
  if (config.failOn !== undefined && self.getOptionValueSource("failOn") === "default") {
    options.failOn = config.failOn;
    said.push(`fails on ${config.failOn}`);
  }
  const ignored = ignoredRules(config, "L", given.rule);
  if (ignored.size > 0 && given.ignore === undefined) {
    options.ignore = ignored;
    said.push(ignoredText(config, ignored));
  }
  return { options, defaults: said.length === 0 ? null : `${config.path}: ${said.join("; ")}` };
}

/** Every file that the check reads. */
function inputsOf(host: string | undefined, options: CheckOptions): (string | undefined)[] {
  const { overlay = [], module = [], kconfig, masters, log } = options;
  return [host, ...overlay, ...module.map(({ file }) => file), kconfig, masters, log];
}

async function taskOf(
  host: string | undefined,
  options: CheckOptions,
  io: CommandContext["io"],
): Promise<{ task: LayoutCheckTask; problems: string[] }> {
  const log = await loadBootLog(options.log, io);
  const symptoms = options.symptom ?? [];
  const logged = log?.log.facts.release ?? null;
  const release = options.xen ?? logged ?? parseRelease(DEFAULT_RELEASE);
  const rest = {
    domains: options.domu,
    symptoms: symptoms.filter((text) => text !== "-"),
    console: symptoms.includes("-") ? await loadConsole(io) : null,
    releaseNote: releaseNote(options.xen, logged, log?.log.facts.releaseWarning ?? null),
    rules: options.rule,
    ignored: options.ignore,
    map: options.map === true,
    log,
  };
  if (host === undefined) {
    const input = log === null ? null : logOnlyInput(log, release);
    return { task: { ...rest, input }, problems: [] };
  }
  const loaded = await loadHost(host, options.overlay ?? [], io);
  const named = [...loaded.files]
    .filter(
      ([node, file]) => existsSync(file) && !(options.module ?? []).some((given) => given.node === node),
    )
    .map(([node, file]) => ({ node, file }));
  const { modules, problems } = await loadModules([...(options.module ?? []), ...named], io);
  for (const note of loaded.notes)
    await io.stderr.write(messageLine("info", note, paletteFor(options.color, io.stderr, io)));
  const kconfig = await loadKconfig(options.kconfig, io);
  const input = {
    host: loaded.tree,
    modules,
    release,
    masters: await loadMasters(options.masters, io),
    firmware: options.firmware ?? [],
    bootLog: log,
    ...(kconfig !== undefined && { kconfig }),
    ...(options.dom0 === true && { dom0: true }),
  };
  return { task: { ...rest, input }, problems: [...loaded.problems, ...problems].map(treeProblemText) };
}

/** What the rules' release rests on, where a log names one too. */
function releaseNote(
  asked: number | undefined,
  logged: number | null,
  warning: string | null,
): string | null {
  if (asked !== undefined) {
    return logged === null || logged === asked ? null : ` (the boot log is of Xen ${releaseName(logged)})`;
  }
  if (logged !== null) return " (of the boot log)";
  return warning === null ? null : ` (${warning})`;
}
