import {
  type ArchitectureName,
  type DiffFormat,
  diffAbi,
  loadViews,
  renderAbiDiff,
} from "@xgt/hypercall-abi";
import { Command, Option } from "commander";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { BuildCommand } from "../command-entry.ts";
import {
  archOption,
  asCliErrors,
  type GivenChoice,
  givenNames,
  givenOptions,
  showDiagnostics,
  visible,
  writeWhole,
} from "./abi-options.ts";

const HELP = `
A and B are a bundled release (4.17, master), a model file, a folder with headers, or one header.

Examples:
  xgt abi diff 4.17 4.20
  xgt abi diff 4.21 ~/xen/xen/include/public -f markdown
  xgt abi diff 4.20 4.21 -f json | jq '.changes[] | select(.silent)'

Exit status:
  0    done
  2    wrong use, or headers that cannot be read in full (what could be read is still compared)`;

interface DiffOptions extends GivenChoice {
  arch: ArchitectureName;
  format: DiffFormat;
  output?: string;
}

/** `xgt abi diff`: what changed between two interfaces, by where bytes and values are. */
export const abiDiff: BuildCommand = ({ io, exit }) => {
  const command = new Command("diff")
    .description("Compare two interfaces by where their bytes and values are.")
    .argument("<A>", "the older one")
    .argument("<B>", "the newer one")
    .addOption(archOption())
    .addOption(
      new Option("-f, --format <FORMAT>", "form").choices(["text", "json", "markdown"]).default("text"),
    )
    .option("-o, --output <FILE>", "write to FILE, as a whole or not at all; - is standard output")
    .addHelpText("after", HELP);
  for (const option of givenOptions("xgt abi diff")) command.addOption(option);
  return command.action(async (a: string, b: string, options: DiffOptions) => {
    const before = asCliErrors(() => loadViews(a, options.arch, givenNames(options)));
    const after = asCliErrors(() => loadViews(b, options.arch, givenNames(options)));
    const diff = asCliErrors(() => diffAbi(before.views, after.views));
    const text = visible(renderAbiDiff(diff, options.format), options.format);
    await writeWhole(text, options.output, io, { command: "xgt abi diff", inputs: [a, b] });
    const wrong = await showDiagnostics([...before.diagnostics, ...after.diagnostics], io);
    exit(wrong ? ExitStatus.trouble : ExitStatus.clean);
  });
};
