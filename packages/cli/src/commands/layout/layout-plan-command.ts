import type {
  EnhancedMode,
  ModuleFile,
  NoPlan,
  Plan,
  ReservedRange,
  SharedWindow,
  WantedDomain,
} from "@xgt/dom0less-layout";
import {
  kernelProblem,
  PLANNED_DEVICES_MAX,
  PLANNED_DOMAINS_MAX,
  planLayout,
  uncoveredHost,
} from "@xgt/dom0less-layout";
import { printable } from "@xgt/findings";
import { releaseName } from "@xgt/hypercall-abi";
import { Command, InvalidArgumentError, Option } from "commander";
import { CliError, UsageError } from "../../terminal/cli-error.ts";
import { type ColorMode, colorModes, paletteFor } from "../../terminal/color.ts";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import { messageLine } from "../../terminal/messages.ts";
import { openOutput, type PendingOutput } from "../../terminal/output-file.ts";
import { parseCount } from "../../terminal/parse-options.ts";
import { shownPath } from "../../terminal/shown-path.ts";
import type { BuildCommand, CommandContext } from "../command-entry.ts";
import { loadHost, loadKconfig, loadMasters, loadModuleFile, treeProblemText } from "./layout-files.ts";
import {
  collect,
  DEFAULT_RELEASE,
  notCovered,
  parseClock,
  parseFirmware,
  parseMemory,
  parseRelease,
  parseShared,
} from "./layout-options.ts";
import type { PlanSubject } from "./layout-plan-page.ts";
import { conflictText, type PlanFormat, planFormats, planText, writePlan } from "./run-layout-plan.ts";

const HELP_WIDTH = 100;
const COMMAND = "xgt layout plan";
const VCPUS_MAX = 128;

const HELP = `
Options of a domain follow its --domu; a further --domu begins the next domain.
The overlay goes over the host tree (fdt apply in U-Boot, or -f uboot for a whole boot); the partial
trees are loaded as modules. -d writes all of it. The result is checked by the rules of xgt layout check.

Examples:
  xgt layout plan host.dtb --domu domU1 --memory 512M --pass /soc/mmc@4005d000
  xgt layout plan host.dtb --domu linux --memory 1G --kernel Image --pass /soc/ethernet@30be0000 \\
                           --domu rtos --memory 64M --kernel zephyr.bin --pass /soc/can@308c0000 -d out
  xgt layout plan host.dtb --domu domU1 --memory 512M -f text      the address spaces, and why

Exit status:
  0    a plan was found
  1    a device of the plan will not work whole in its domain (a warning says why), or none is
       possible: the smallest set of conditions that exclude each other is told
  2    wrong use, or a file that is unreadable or corrupt`;

interface PlanOptions {
  overlay?: string[];
  xen?: number;
  masters?: string;
  firmware?: ReservedRange[];
  kconfig?: string;
  dom0?: boolean;
  dom0Kernel?: string;
  dom0Ramdisk?: string;
  dom0Bootargs?: string;
  shared?: SharedWindow[];
  clock?: Map<string, number>;
  force?: boolean;
  format: PlanFormat;
  output?: string;
  directory?: string;
  report?: string;
  color: ColorMode;
}

/** A domain as the options describe it. */
interface DomainOptions {
  name: string;
  memory?: bigint;
  vcpus?: number;
  pass: string[];
  vpl011?: boolean;
  enhanced?: EnhancedMode;
  kernel?: string;
  ramdisk?: string;
  bootargs?: string;
}

/** Plans a layout. */
export const buildLayoutPlan: BuildCommand = (context) => {
  const domains: DomainOptions[] = [];
  const command = new Command("plan")
    .summary("plan a 1:1 configuration for domains with devices")
    .description("Plan a 1:1 configuration for dom0less domains, as an overlay for the host tree.")
    .argument("<HOST>", "host device tree, or - for standard input")
    .helpOption("-h, --help", "print this help")
    .configureHelp({ helpWidth: HELP_WIDTH });
  addDomainOptions(command, domains);
  addHostOptions(command);
  return command.addHelpText("after", HELP).action(async (host: string, options: PlanOptions) => {
    context.exit(await planCommand(host, domains, options, context));
  });
};

function addDomainOptions(command: Command, domains: DomainOptions[]): void {
  const last = (): DomainOptions => {
    const domain = domains.at(-1);
    if (domain === undefined) throw new InvalidArgumentError("Write --domu NAME before it.");
    return domain;
  };
  /** Every use of an option goes to the domain begun last. */
  const set = <T>(apply: (domain: DomainOptions, value: T) => void, parse: (text: string) => T) => {
    return (text: string) => {
      const value = parse(text);
      apply(last(), value);
      return value;
    };
  };
  const text = (value: string) => value;
  command
    .optionsGroup("Domains:")
    .addOption(new Option("--domu <NAME>", "begins a domain").argParser((name) => beginDomain(domains, name)))
    .addOption(
      new Option("--memory <SIZE>", "its memory, as in 512M").argParser(
        set((domain, size: bigint) => {
          domain.memory = size;
        }, parseMemory),
      ),
    )
    .addOption(
      new Option("--pass <PATH>", "a host node that it gets; repeatable").argParser(
        set((domain, path: string) => domain.pass.push(path), text),
      ),
    )
    .addOption(
      new Option("--vcpus <N>", "its vCPUs (else 1)").argParser(
        set((domain, count: number) => {
          domain.vcpus = count;
        }, parseCount(VCPUS_MAX)),
      ),
    )
    .addOption(
      new Option("--enhanced <MODE>", "PV interfaces: enabled, no-xenstore").argParser(
        set((domain, mode: EnhancedMode) => {
          domain.enhanced = mode;
        }, parseEnhanced),
      ),
    )
    .on("option:vpl011", () => {
      last().vpl011 = true;
    })
    .option("--vpl011", "an emulated UART")
    .addOption(
      new Option("--kernel <FILE>", "its kernel, or the size of one").argParser(
        set((domain, file: string) => {
          domain.kernel = file;
        }, text),
      ),
    )
    .addOption(
      new Option("--ramdisk <FILE>", "its ramdisk, or the size of one").argParser(
        set((domain, file: string) => {
          domain.ramdisk = file;
        }, text),
      ),
    )
    .addOption(
      new Option("--bootargs <TEXT>", "its kernel's command line").argParser(
        set((domain, line: string) => {
          domain.bootargs = line;
        }, text),
      ),
    );
}

function addHostOptions(command: Command): void {
  command
    .optionsGroup("Host:")
    .addOption(
      new Option("--overlay <FILE>", "merge an overlay into HOST first; repeatable").argParser(collect),
    )
    .addOption(
      new Option(
        "--xen <VERSION>",
        `Xen's release, as in 4.17 or master (else ${DEFAULT_RELEASE})`,
      ).argParser(parseRelease),
    )
    .option("--masters <FILE>", "what bus masters can reach, as JSON (see xgt layout check --help)")
    .addOption(
      new Option("--firmware <START+SIZE=NAME>", "memory that firmware keeps; repeatable").argParser(
        parseFirmware,
      ),
    )
    .option("--kconfig <FILE>", "Xen's .config")
    .option("--dom0", "a Dom0 will run beside the domains")
    .option("--dom0-kernel <FILE>", "its kernel, for -f uboot and imagebuilder")
    .option("--dom0-ramdisk <FILE>", "its ramdisk")
    .option("--dom0-bootargs <TEXT>", "its kernel's command line")
    .addOption(
      new Option(
        "--shared <NAME=SIZE:DOM,DOM>",
        "memory that domains share, with an event channel between two; repeatable",
      ).argParser(parseShared),
    )
    .addOption(
      new Option(
        "--clock <NODE=HZ>",
        "rate of the clocks of a host node, or of NODE:NAME; repeatable",
      ).argParser(parseClock),
    )
    .option("--force", "plan devices too that will lack their interrupts in a domU")
    .optionsGroup("Output:")
    .addOption(new Option("-f, --format <FORMAT>", "form of the plan").choices(planFormats).default("dts"))
    .option("-o, --output <FILE>", "write to FILE, as a whole or not at all; - is standard output")
    .option(
      "-d, --directory <DIR>",
      "write overlay, partial trees, U-Boot commands, pictures and domains.json",
    )
    .option("--report <FILE>", "write a page, too: the address spaces of host and domains, what is 1:1, why")
    .addOption(new Option("--color <WHEN>", "colours").choices(colorModes).default("auto"));
}

function beginDomain(domains: DomainOptions[], name: string): string {
  if (!/^[A-Za-z0-9,._+-]{1,31}$/.test(name)) {
    throw new InvalidArgumentError("A name is a node name: letters, digits and ,._+- (31 at most).");
  }
  domains.push({ name, pass: [] });
  return name;
}

function parseEnhanced(text: string): EnhancedMode {
  if (text === "enabled") return "full";
  if (text === "no-xenstore") return "no-xenstore";
  throw new InvalidArgumentError("Write enabled or no-xenstore.");
}

async function planCommand(
  host: string,
  given: readonly DomainOptions[],
  options: PlanOptions,
  { io }: CommandContext,
): Promise<number> {
  if (given.length === 0)
    throw new UsageError(COMMAND, "name at least one domain with --domu NAME --memory SIZE");
  if (given.length > PLANNED_DOMAINS_MAX)
    throw new UsageError(COMMAND, `at most ${PLANNED_DOMAINS_MAX} domains`);
  const palette = paletteFor(options.color, io.stderr, io);
  const loaded = await loadHost(host, options.overlay ?? [], io);
  if (loaded.problems.length > 0) {
    for (const problem of loaded.problems)
      await io.stderr.write(messageLine("error", treeProblemText(problem), palette));
    return ExitStatus.trouble;
  }
  const uncovered = uncoveredHost(loaded.tree);
  if (uncovered !== null) throw new CliError(notCovered(uncovered));
  const kconfig = await loadKconfig(options.kconfig, io);
  const release = options.xen ?? parseRelease(DEFAULT_RELEASE);
  const request = {
    host: loaded.tree,
    release,
    domains: await Promise.all(given.map((domain) => wantedDomain(domain, release, io))),
    masters: await loadMasters(options.masters, io),
    firmware: options.firmware ?? [],
    dom0: options.dom0 === true || options.dom0Kernel !== undefined,
    ...(options.dom0Kernel !== undefined && {
      dom0Kernel: {
        name: nameOr(options.dom0Kernel, "dom0-kernel"),
        size: await kernelSize(options.dom0Kernel, release, io),
      },
    }),
    ...(options.dom0Ramdisk !== undefined && {
      dom0Ramdisk: {
        name: nameOr(options.dom0Ramdisk, "dom0-ramdisk"),
        size: (await sizeOrFile(options.dom0Ramdisk, io)).size,
      },
    }),
    ...(options.dom0Bootargs !== undefined && { dom0Bootargs: options.dom0Bootargs }),
    shared: options.shared ?? [],
    clocks: options.clock ?? new Map<string, number>(),
    force: options.force === true,
    ...(kconfig !== undefined && { kconfig }),
  };
  const result = planLayout(request);
  const modules = given.flatMap(({ kernel, ramdisk }) => [kernel, ramdisk]);
  const inputs = [host, ...(options.overlay ?? []), options.masters, options.kconfig, ...modules];
  const check = { command: COMMAND, inputs };
  if (options.report !== undefined) {
    await writePage(openOutput(options.report, io, check), result, { host, xen: releaseName(release) });
  }
  if (!result.possible && options.format !== "json") {
    const [head, ...conditions] = conflictText(result).trimEnd().split("\n");
    await io.stderr.write(
      messageLine("error", head, palette) + conditions.map((line) => `${printable(line)}\n`).join(""),
    );
    return ExitStatus.findings;
  }
  if (result.possible && options.directory !== undefined) {
    const files = writePlan(result, options.directory, check);
    await io.stdout.write(files.map((file) => `${file}\n`).join(""));
  } else {
    const output = openOutput(options.output, io, check);
    try {
      await output.write(planText(result, options.format, request));
      output.commit();
    } catch (error) {
      output.discard();
      throw error;
    }
  }
  if (!result.possible) return ExitStatus.findings;
  for (const warning of result.warnings)
    await io.stderr.write(messageLine("warning", printable(warning), palette));
  const left = result.check.findings.filter(({ severity, rule }) => {
    return severity !== "info" && !TOLD_BY_PLAN.has(rule);
  });
  for (const { severity, rule, message } of left) {
    await io.stderr.write(messageLine(severity, `${rule}: ${message}`, palette));
  }
  const fails = result.warnings.length > 0 || left.some(({ severity }) => severity === "error");
  return fails ? ExitStatus.findings : ExitStatus.clean;
}

/** Writes the page; what makes it is loaded only where one is asked for. */
async function writePage(output: PendingOutput, result: Plan | NoPlan, subject: PlanSubject): Promise<void> {
  try {
    const { layoutPlanPage } = await import("./layout-plan-page.ts");
    for (const piece of layoutPlanPage(result, subject)) await output.write(piece);
    output.commit();
  } catch (error) {
    output.discard();
    throw error;
  }
}

async function wantedDomain(options: DomainOptions, release: number, io: Io): Promise<WantedDomain> {
  const { name, memory, pass } = options;
  if (memory === undefined) throw new UsageError(COMMAND, `${name} has no --memory`);
  if (pass.length > PLANNED_DEVICES_MAX)
    throw new UsageError(COMMAND, `${name}: at most ${PLANNED_DEVICES_MAX} devices`);
  return {
    name,
    memory,
    cpus: options.vcpus ?? 1,
    devices: pass,
    enhanced: options.enhanced ?? "off",
    vpl011: options.vpl011 === true,
    kernelSize: options.kernel === undefined ? null : await kernelSize(options.kernel, release, io),
    ramdiskSize: options.ramdisk === undefined ? null : (await sizeOrFile(options.ramdisk, io)).size,
    bootargs: options.bootargs ?? null,
    ...(isFile(options.kernel) && { kernelFile: options.kernel }),
    ...(isFile(options.ramdisk) && { ramdiskFile: options.ramdisk }),
  };
}

/** Rules about what the plan's own warnings say. */
const TOLD_BY_PLAN: ReadonlySet<string> = new Set(["L44", "L45"]);

/** True where an option names a file, and no size. */
function isFile(text: string | undefined): text is string {
  return text !== undefined && !/^(?:0x[0-9a-f]+|\d+)[kmgt]?(?:i?b)?$/i.test(text);
}

/** The file that an option names; where it gives a size, a name to be replaced. */
function nameOr(text: string, other: string): string {
  return isFile(text) ? text : other;
}

/** The size of a kernel. Throws CliError for a file that Xen would not take. */
async function kernelSize(text: string, release: number, io: Io): Promise<bigint> {
  const { size, file } = await sizeOrFile(text, io);
  const problem = file === null ? null : kernelProblem(file, release);
  if (problem !== null) throw new CliError(`${shownPath(text)} ${problem}; Xen would refuse it (L47)`);
  return size;
}

/** A size ("20M"), else a file of that name. */
async function sizeOrFile(text: string, io: Io): Promise<{ size: bigint; file: ModuleFile | null }> {
  try {
    return { size: parseMemory(text), file: null };
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    const file = await loadModuleFile(text, io);
    return { size: file.size, file };
  }
}
