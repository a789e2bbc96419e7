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
import { Command, Option } from "commander";
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
  writeWhole,
} from "./abi-options.ts";

const HELP = `
DIR is a hand-kept copy of Xen's public headers, as guests and bare-metal projects have one, or Rust
modules with #[repr(C)] types.

Examples:
  xgt abi audit include/xen/public
  xgt abi audit include/xen/public -D CONFIG_XEN_INTERFACE_VERSION=0x00041300 -f markdown

Exit status:
  0    done
  2    wrong use, nothing of Xen's interface there, or more than a tenth of it cannot be read`;

interface AuditCommandOptions extends GivenChoice {
  arch: ArchitectureName;
  format: "text" | "json" | "markdown";
  output?: string;
}

/** `xgt abi audit`: which release a copy is nearest to, and what has drifted. */
export const abiAudit: BuildCommand = ({ io, exit }) => {
  const command = new Command("audit")
    .description("Hold a copy of Xen's public headers against every bundled release.")
    .argument("<DIR>", "folder with the copy")
    .addOption(archOption())
    .addOption(
      new Option("-f, --format <FORMAT>", "form").choices(["text", "json", "markdown"]).default("text"),
    )
    .option("-o, --output <FILE>", "write to FILE, as a whole or not at all; - is standard output")
    .addHelpText("after", HELP);
  for (const option of givenOptions("xgt abi audit")) command.addOption(option);
  return command.action(async (folder: string, options: AuditCommandOptions) => {
    const report = asCliErrors(() => auditedFolder(folder, { arch: options.arch, ...givenNames(options) }));
    await writeWhole(visible(renderAudit(report, options.format), options.format), options.output, io, {
      command: "xgt abi audit",
      inputs: [folder],
    });
    if (!report.isXens)
      throw new CliError(
        `${folder}: nothing in it is of Xen's interface for ${report.arch}${archHint(report)}`,
      );
    const told = await tellUnread(report, io);
    exit(told ? ExitStatus.trouble : ExitStatus.clean);
  });
};

/** A copy is headers; of a folder without any, the Rust modules that hold `#[repr(C)]`. */
function auditedFolder(folder: string, options: AuditOptions): AuditReport {
  const modules = readRustModules(folder);
  try {
    return auditHeaders(readHeaderTree(folder), options);
  } catch (error) {
    if (!(error instanceof HeaderTreeError) || modules.size === 0) throw error;
    return auditRust(folder, modules, options);
  }
}

function archHint({ otherArch }: AuditReport): string {
  return otherArch === null ? "" : `; its files are for ${otherArch}: give --arch ${otherArch}`;
}

/** Says when the report does not speak for the copy. */
async function tellUnread(report: AuditReport, io: Io): Promise<boolean> {
  if (!report.partlyRead) return false;
  const { unmodelled, structs } = report;
  const palette = paletteFor("auto", io.stderr, io);
  const text = `${unmodelled.length} of ${structs + unmodelled.length} declarations cannot be read, so the report is not of the whole copy: see NOT READ, and give -D, --types or another --arch${archHint(report)}`;
  await io.stderr.write(messageLine("error", text, palette));
  return true;
}
