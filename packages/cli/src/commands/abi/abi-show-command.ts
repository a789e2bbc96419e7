import {
  type Abi,
  ModelLookupError,
  modelSources,
  modelsOf,
  renderAbi,
  renderHistory,
} from "@xgt/hypercall-abi";
import { Command, Option } from "commander";
import { CliError, UsageError } from "../../terminal/cli-error.ts";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import { suggestion } from "../../terminal/nearest.ts";
import type { BuildCommand } from "../command-entry.ts";
import {
  archOption,
  asCliErrors,
  bundledModel,
  type ModelChoice,
  modeOptions,
  visible,
  writeWhole,
} from "./abi-options.ts";

const HELP = `
NAME is a struct, union, typedef, constant or hypercall; * stands for any letters.

Examples:
  xgt abi show xen_memory_reservation --xen 4.17
  xgt abi show 'GNTST_*'
  xgt abi show xen_domctl_createdomain --xen all
  xgt abi show -f json --arch arm32 --guest > model.json
  xgt abi show --releases

Exit status:
  0    done
  2    wrong use, or nothing of that name`;

/** Stands for every bundled release. */
const ALL = "all";

interface ShowCommandOptions extends ModelChoice {
  format: "text" | "json";
  releases?: boolean;
  output?: string;
}

/** `xgt abi show`: a bundled model, whole or one name of it. */
export const abiShow: BuildCommand = ({ io, exit }) => {
  const command = new Command("show")
    .description("Print a bundled model of Xen's public interface, or one part of it.")
    .argument("[NAME]", "struct, typedef, constant or hypercall; without it the whole model")
    .option("--xen <VERSION>", "release, the newest unless named; all: a table over the releases")
    .addOption(archOption())
    .addOption(new Option("-f, --format <FORMAT>", "form").choices(["text", "json"]).default("text"))
    .option("--releases", "list the bundled releases")
    .option("-o, --output <FILE>", "write to FILE, as a whole or not at all; - is standard output")
    .addHelpText("after", HELP);
  for (const option of modeOptions()) command.addOption(option);
  return command.action(async (name: string | undefined, options: ShowCommandOptions) => {
    await show(name, options, io);
    exit(ExitStatus.clean);
  });
};

async function show(name: string | undefined, options: ShowCommandOptions, io: Io): Promise<void> {
  const check = { command: "xgt abi show", inputs: [] };
  if (options.releases === true) {
    const lines = modelSources.map(({ xen, build }) => `${xen.padEnd(8)} ${build}\n`);
    return writeWhole(lines.join(""), options.output, io, check);
  }
  if (options.xen === ALL) return history(name, options, io);
  const abi = bundledModel(options);
  const text = asCliErrors(() => {
    try {
      return renderAbi(abi, { format: options.format, ...(name === undefined ? {} : { name }) });
    } catch (error) {
      if (!(error instanceof ModelLookupError) || error.near === undefined) throw error;
      throw new CliError(`${error.message}${hintFor(name ?? "", error.near, abi)}`);
    }
  });
  await writeWhole(visible(text, options.format), options.output, io, check);
}

/** A name over all bundled releases, the oldest first. */
async function history(name: string | undefined, options: ShowCommandOptions, io: Io): Promise<void> {
  if (name === undefined)
    throw new UsageError(
      "xgt abi show",
      `--xen ${ALL} needs a NAME: a struct or constants over the releases`,
    );
  const models = modelsOf(options.arch, options.guest === true ? "guest" : "tools");
  // What is bundled for no release at all has its own message.
  if (models.length === 0) bundledModel({ arch: options.arch });
  const text = asCliErrors(() => renderHistory(models, name, options.format));
  await writeWhole(visible(text, options.format), options.output, io, {
    command: "xgt abi show",
    inputs: [],
  });
}

/** What to try where a model lacks a name: those that hold it, or the one that was probably meant. */
function hintFor(wanted: string, near: readonly string[], abi: Abi): string {
  if (near.length > 0) return `; there is ${near.join(", ")}`;
  const structs = Object.keys(abi.structs).map((key) => key.replace(/^(?:struct|union) /, ""));
  const names = [abi.constants, abi.typedefs, abi.hypercalls].flatMap((part) => Object.keys(part));
  return suggestion(wanted, [...structs, ...names]) || "; '*' stands for any letters";
}
