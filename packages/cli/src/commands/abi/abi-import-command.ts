import { writeModelFile } from "@xgt/hypercall-abi";
import { Command } from "commander";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { BuildCommand } from "../command-entry.ts";
import {
  archOption,
  type GivenChoice,
  givenOptions,
  importedModel,
  type ModelChoice,
  modeOptions,
  showDiagnostics,
  visible,
  writeWhole,
} from "./abi-options.ts";

const HELP = `
DIR is a Xen tree, its xen/include/public, an installed folder such as /usr/include/xen, or one header.

Examples:
  xgt abi import /usr/include/xen --xen 4.17 -o model.json
  xgt abi import ~/xen --xen 4.22 --arch arm32 --guest -o - | jq '.structs | length'

Exit status:
  0    done
  2    wrong use, no headers there, or declarations that cannot be modelled (the rest is written)`;

interface ImportOptions extends ModelChoice, GivenChoice {
  xen: string;
  output?: string;
}

/** `xgt abi import`: a header tree to a model file. */
export const abiImport: BuildCommand = ({ io, exit }) => {
  const command = new Command("import")
    .description("Read a tree of Xen's public headers and write its model (JSON).")
    .argument("<DIR>", "folder with the headers")
    .requiredOption("--xen <VERSION>", "the release that the headers are of, for the model's label")
    .addOption(archOption())
    .option("-o, --output <FILE>", "write to FILE, as a whole or not at all; - is standard output")
    .addHelpText("after", HELP);
  for (const option of [...modeOptions(), ...givenOptions("xgt abi import")]) command.addOption(option);
  return command.action(async (folder: string, options: ImportOptions) => {
    const { abi, diagnostics } = importedModel(folder, options.xen, options);
    await writeWhole(visible(writeModelFile(abi), "json"), options.output, io, {
      command: "xgt abi import",
      inputs: [folder],
    });
    const wrong = await showDiagnostics(diagnostics, io);
    exit(wrong ? ExitStatus.trouble : ExitStatus.clean);
  });
};
