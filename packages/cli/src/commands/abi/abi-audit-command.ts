import type { FindingsDocument } from "@xgt/findings";
import {
  type ArchitectureName,
  type AuditOptions,
  type AuditReport,
  auditHeaders,
  auditRust,
  HeaderTreeError,
  readHeaderTree,
  readRustModules,
  renderAudit,
} from "@xgt/hypercall-abi";
import { Command } from "commander";
import {
  type AlsoReport,
  alsoOption,
  type FailOn,
  failOnOption,
  formatOption,
  reporterOf,
} from "../../reports/report-options.ts";
import { PLAIN_REPORT, ReportOutput } from "../../reports/report-output.ts";
import { summaryFails } from "../../reports/summary-fails.ts";
import { CliError } from "../../terminal/cli-error.ts";
import { paletteFor } from "../../terminal/color.ts";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import { messageLine } from "../../terminal/messages.ts";
import type { BuildCommand } from "../command-entry.ts";
import {
  archOption,
  asCliErrors,
  type GivenChoice,
  givenNames,
  givenOptions,
  visible,
} from "./abi-options.ts";
import { auditDocument } from "./audit-document.ts";
import { auditRules } from "./audit-rules.ts";

const COMMAND = "xgt abi audit";
/** Forms of its own: they show more than findings. */
const OWN_FORMS = ["text", "json", "markdown"] as const;

const HELP = `
DIR is a hand-kept copy of Xen's public headers, as guests and bare-metal projects have one, or Rust
modules with #[repr(C)] types.

Examples:
  xgt abi audit include/xen/public
  xgt abi audit include/xen/public -D CONFIG_XEN_INTERFACE_VERSION=0x00041300 -f markdown
  xgt abi audit include/xen/public --fail-on error --also sarif=abi.sarif

Exit status:
  0    done, and nothing at or above --fail-on
  1    findings
  2    wrong use, nothing of Xen's interface there, or more than a tenth of it cannot be read`;

interface AuditCommandOptions extends GivenChoice {
  arch: ArchitectureName;
  format: string;
  output?: string;
  also?: AlsoReport[];
  failOn: FailOn;
}

/** `xgt abi audit`: which release a copy is nearest to, and what has drifted. */
export const abiAudit: BuildCommand = ({ io, exit }) => {
  const command = new Command("audit")
    .description("Hold a copy of Xen's public headers against every bundled release.")
    .argument("<DIR>", "folder with the copy")
    .addOption(archOption())
    .addOption(formatOption(OWN_FORMS))
    .option("-o, --output <FILE>", "write to FILE, as a whole or not at all; - is standard output")
    .addOption(alsoOption(OWN_FORMS))
    .addOption(failOnOption("never"))
    .addHelpText("after", HELP);
  for (const option of givenOptions("xgt abi audit")) command.addOption(option);
  return command.action(async (folder: string, options: AuditCommandOptions) => {
    const report = asCliErrors(
      () => auditedFolder(folder, { arch: options.arch, ...givenNames(options) }),
      COMMAND,
    );
    const document = auditDocument(report, unreadTexts(report));
    await writeReport(report, document, options, io, folder);
    if (!report.isXens)
      throw new CliError(
        `${folder}: nothing in it is of Xen's interface for ${report.arch}${archHint(report)}`,
      );
    const palette = paletteFor("auto", io.stderr, io);
    for (const text of unreadTexts(report)) await io.stderr.write(messageLine("error", text, palette));
    if (report.partlyRead) exit(ExitStatus.trouble);
    else exit(summaryFails(document.summary, options.failOn) ? ExitStatus.findings : ExitStatus.clean);
  });
};

/** A copy is headers; where none of them is of Xen's interface, the Rust modules that hold `#[repr(C)]`. */
function auditedFolder(folder: string, options: AuditOptions): AuditReport {
  const modules = readRustModules(folder);
  try {
    const report = auditHeaders(readHeaderTree(folder), options);
    if (report.isXens || modules.size === 0) return report;
  } catch (error) {
    if (!(error instanceof HeaderTreeError) || modules.size === 0) throw error;
  }
  return auditRust(folder, modules, options);
}

function archHint({ otherArch }: AuditReport): string {
  return otherArch === null ? "" : `; its files are for ${otherArch}: give --arch ${otherArch}`;
}

/** Why the report does not speak for the whole copy. */
function unreadTexts(report: AuditReport): string[] {
  if (!report.partlyRead) return [];
  const { unmodelled, structs } = report;
  return [
    `${unmodelled.length} of ${structs + unmodelled.length} declarations cannot be read, so the report is not of the whole copy: see NOT READ, and give -D, --types or another --arch${archHint(report)}`,
  ];
}

async function writeReport(
  report: AuditReport,
  document: FindingsDocument,
  options: AuditCommandOptions,
  io: Io,
  folder: string,
): Promise<void> {
  const own = OWN_FORMS.map((name) => ({
    name,
    audience: name === "json" ? ("programs" as const) : ("people" as const),
    pieces: () => [visible(renderAudit(report, name), name)],
  }));
  const output = new ReportOutput(
    {
      ...PLAIN_REPORT,
      wanted: [{ format: options.format, path: options.output }, ...(options.also ?? [])],
      own,
      reporter: reporterOf(auditRules, options.failOn),
    },
    io,
    { command: COMMAND, inputs: [folder] },
  );
  try {
    await output.document(document);
    await output.end();
    output.commit();
  } catch (error) {
    output.discard();
    throw error;
  }
}
