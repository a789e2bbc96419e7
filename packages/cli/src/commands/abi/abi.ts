import { Command } from "commander";
import type { BuildCommand } from "../command-entry.ts";
import { abiAudit } from "./abi-audit-command.ts";
import { abiDiff } from "./abi-diff-command.ts";
import { abiImport } from "./abi-import-command.ts";
import { abiShow } from "./abi-show-command.ts";

const HELP = `
Models of these Xen releases are inside: \`xgt abi show --releases\` lists them.

Examples:
  xgt abi show xen_memory_reservation
  xgt abi diff 4.17 4.20
  xgt abi audit path/to/my/copy/of/xen/public
  xgt abi import xen/xen/include/public --xen 4.23 -o model.json

Exit status:
  0    done
  2    wrong use, or headers that cannot be read in full (what could be read is still used)`;

/** Xen's public interface: read, shown, compared, and held against somebody's copy. */
export const buildAbi: BuildCommand = (context) => {
  const command = new Command("abi")
    .description("Read, show and compare Xen's public interface.")
    .addHelpText("after", HELP);
  for (const build of [abiImport, abiShow, abiDiff, abiAudit]) command.addCommand(build(context));
  return command;
};
