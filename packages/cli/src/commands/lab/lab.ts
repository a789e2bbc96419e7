import { Command, InvalidArgumentError, Option } from "commander";
import { type AlsoReport, alsoOption, formatOption } from "../../reports/report-options.ts";
import { parseCount, parseXen } from "../../terminal/parse-options.ts";
import { plainWord } from "../../terminal/plain-word.ts";
import type { BuildCommand } from "../command-entry.ts";

const HELP = `
Boots Debian's Xen for arm64 with a direct-mapped Dom0 in QEMU; packages are fetched once and
cached (~/.cache/xgt-lab, or XGT_LAB_CACHE). Needs apt and, of Debian's packages, qemu-system-arm,
gcc-aarch64-linux-gnu, libc6-dev-arm64-cross, make, xz-utils and debian-archive-keyring.

A KERNEL is a build tree (with arch/arm64/boot/Image and its modules), an Image of the same
version as Debian's kernel, or debian:SUITE (bookworm: Linux 6.1, trixie: 6.12, sid: the newest).

Examples:
  xgt lab run                                       Debian's kernel through the healthy scenarios
  xgt lab run --kernel ~/linux --baseline debian:bookworm
                                                    does the patched kernel keep 1:1?
  xgt lab run --scenario faulty-dma --xen-release 4.20 -o logs
  xgt lab run --also junit=lab.xml --also sarif=lab.sarif
  xgt lab run --capture kprobes -o logs             also record by tracefs; hold both logs together
  xgt lab run --xen-release 4.20 --scenario faulty-dma --capture kprobes,trace-cmd,perf,bpftrace
                                                    one run in all these forms, held together
  xgt lab run --guest Image --bootargs quiet        any guest's arm64 Image as direct-mapped Dom0;
                                                    its console is the log
  xgt lab differential --calls 1000000 --seed 7     hold the model against a real Xen's answers
  xgt lab list                                      the scenarios
  xgt lab fetch --xen-release 4.20                  fill the cache, to work without a network later

Exit status:
  0    no error (with --baseline: none that the baseline lacks), or no disagreement
  1    errors, scenarios that failed, guests that panicked, or disagreements
  2    wrong use, the lab cannot run (QEMU or a package missing, a scenario failed on the baseline),
       or a log is not whole
  130  interrupted`;

/** What `lab run` was asked for. */
export interface LabRunOptions {
  xenRelease: string;
  xen?: string;
  kernel?: string;
  baseline?: string;
  scenario?: string[];
  capture: string[];
  output?: string;
  /** A guest's own image in place of a kernel and its scenarios. */
  guest?: string;
  /** Images of Linux guests are kept between runs. */
  reuse?: boolean;
  as: "dom0" | "domU";
  bootargs?: string;
  disk?: string;
  format: string;
  also?: AlsoReport[];
}

/** What `lab differential` was asked for. */
export interface LabDifferentialOptions {
  xenRelease: string;
  xen?: string;
  as: "dom0" | "domU";
  calls: number;
  seed: number;
  output?: string;
}

/** What `lab fetch` was asked for. */
export interface LabFetchOptions {
  xenRelease: string;
}

/** What `lab list` was asked for. */
interface LabListOptions {
  format: "text" | "json";
}

/** As in program.ts. */
const HELP_WIDTH = 100;
/** What `--capture` takes; the module records in any case. */
const RECORDERS = ["module", "kprobes", "trace-cmd", "perf", "bpftrace"];
/** Calls of one differential test at most. */
const CALLS_MAX = 10_000_000;
const SEEDS_MAX = 0xffffffff;

/** A real Xen as judge. */
export const buildLab: BuildCommand = (context) => {
  const lab = new Command("lab").description(
    "Run guest kernels on a real Xen in QEMU, and judge what they did.",
  );
  const run = xenOptions(new Command("run"))
    .option("--kernel <KERNEL>", "Dom0's kernel (default: that of the same Debian suite)")
    .description("Run scenarios on a real Xen; capture, replay and (with --baseline) compare them.")
    .option("--baseline <KERNEL>", "also run this kernel: only errors that it lacks count")
    .addOption(
      new Option(
        "--scenario <NAMES>",
        "these scenarios, several with commas (default: all healthy ones)",
      ).argParser(parseNames),
    )
    .addOption(
      new Option(
        "--capture <RECORDERS>",
        "what records: our kernel module, and others beside it, several with commas",
      )
        .choices(RECORDERS)
        .argParser(parseRecorders)
        .default(["module"], '"module"'),
    )
    .option("--guest <IMAGE>", "boot this arm64 Image as Dom0 in place of a kernel, and replay its console")
    .addOption(
      new Option("--as <WHAT>", "the guest is Dom0, or a dom0less direct-mapped domU (its Xen: --xen)")
        .choices(["dom0", "domU"])
        .default("dom0"),
    )
    .option("--bootargs <TEXT>", "with --guest: what it finds in /chosen/bootargs")
    .option("--disk <FILE>", "with --guest: a raw file as its virtio disk (default: an empty one)")
    .option("--reuse", "keep the images of Linux guests in the cache, and take those that are there")
    .option("-o, --output <DIR>", "keep the logs in DIR, one folder per kernel")
    .addOption(formatOption())
    .addOption(alsoOption())
    .action(async (options: LabRunOptions) => {
      if (options.guest !== undefined) {
        const { labGuest } = await import("./lab-guest.ts");
        context.exit(await labGuest(options.guest, options, context.io));
        return;
      }
      const { labRun } = await import("./lab-run.ts");
      context.exit(await labRun(options, context.io));
    });
  const differential = xenOptions(new Command("differential"))
    .description("Issue random hypercalls on a real Xen and hold the model against every answer.")
    .addOption(
      new Option(
        "--as <WHAT>",
        "who calls: Dom0, or a dom0less direct-mapped domU beside another (its Xen: --xen)",
      )
        .choices(["dom0", "domU"])
        .default("dom0"),
    )
    .addOption(new Option("--calls <N>", "how many").argParser(parseCount(CALLS_MAX)).default(2000))
    .addOption(
      new Option("--seed <N>", "the same seed gives the same calls")
        .argParser(parseCount(SEEDS_MAX))
        .default(1),
    )
    .option("-o, --output <FILE>", "write the log of the smallest disagreement to FILE")
    .action(async (options: LabDifferentialOptions) => {
      const { labDifferential } = await import("./lab-differential.ts");
      context.exit(await labDifferential(options, context.io));
    });
  const fetch = new Command("fetch")
    .description("Fetch the packages that the scenarios need, so that later runs need no network.")
    .helpOption("-h, --help", "print this help")
    .configureHelp({ helpWidth: HELP_WIDTH })
    .addOption(releaseOption())
    .action(async (options: LabFetchOptions) => {
      const { labFetch } = await import("./lab-fetch.ts");
      context.exit(await labFetch(options, context.io));
    });
  const list = new Command("list")
    .description("List the scenarios and what each must show.")
    .helpOption("-h, --help", "print this help")
    .configureHelp({ helpWidth: HELP_WIDTH })
    .addOption(
      new Option("-f, --format <FORMAT>", "form of the answer").choices(["text", "json"]).default("text"),
    )
    .action(async (options: LabListOptions) => {
      const { labList } = await import("./lab-scenarios.ts");
      context.exit(await labList(options.format, context.io));
    });
  for (const command of [run, differential, fetch, list]) lab.addCommand(command);
  return lab.addHelpText("after", HELP);
};

function xenOptions(command: Command): Command {
  return command
    .helpOption("-h, --help", "print this help")
    .configureHelp({ helpWidth: HELP_WIDTH })
    .addOption(releaseOption())
    .option("--xen <FILE>", "another Xen image in its place");
}

function releaseOption(): Option {
  const names = ["4.17", "4.20"];
  return new Option("--xen-release <VERSION>", "Debian's Xen")
    .choices(names)
    .argParser((text) => {
      const name = parseXen(text);
      if (!names.includes(name)) {
        throw new InvalidArgumentError(`Debian's Xens are ${names.join(" and ")}; --xen takes any other.`);
      }
      return name;
    })
    .default("4.17");
}

function parseRecorders(text: string): string[] {
  const names = text.split(",");
  const unknown = names.find((name) => !RECORDERS.includes(name));
  if (unknown === undefined) return names;
  throw new InvalidArgumentError(`${plainWord(unknown)} is none of ${RECORDERS.join(", ")}.`);
}

function parseNames(text: string): string[] {
  const names = text.split(",").filter((name) => name !== "");
  if (names.length === 0)
    throw new InvalidArgumentError("Name at least one scenario; `xgt lab list` lists them.");
  return names;
}
