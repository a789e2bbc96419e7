import { type ArchitectureName, auditHeaders, readHeaderTree, renderAudit } from "@xgt/hypercall-abi";
import { Command, Option } from "commander";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { BuildCommand } from "../command-entry.ts";
import {
  archOption,
  asCliErrors,
  type GivenChoice,
  givenNames,
  givenOptions,
  writeWhole,
} from "./abi-options.ts";

const HELP = `
DIR is a hand-kept copy of Xen's public headers, as guests and bare-metal projects have one.

Examples:
  xgt abi audit include/xen/public
  xgt abi audit include/xen/public -D CONFIG_XEN_INTERFACE_VERSION=0x00041300 -f markdown

Exit status:
  0    done
  2    wrong use, or no headers there`;

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
    const report = asCliErrors(() =>
      auditHeaders(readHeaderTree(folder), { arch: options.arch, ...givenNames(options) }),
    );
    await writeWhole(renderAudit(report, options.format), options.output, io, {
      command: "xgt abi audit",
      inputs: [folder],
    });
    exit(ExitStatus.clean);
  });
};
