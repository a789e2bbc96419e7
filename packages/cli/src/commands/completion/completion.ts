import { Argument, Command, Option } from "commander";
import { buildProgram } from "../../program/program.ts";
import { ExitStatus, exitStatusHelp } from "../../terminal/exit-status.ts";
import type { BuildCommand } from "../command-entry.ts";
import { completionModel } from "./completion-model.ts";
import { shells } from "./shells.ts";
import { valuesOfXgt } from "./values-at.ts";

const HELP = `
Examples:
  source <(xgt completion bash)                                 in this shell
  xgt completion bash > /etc/bash_completion.d/xgt              for all users
  xgt completion zsh > "\${fpath[1]}/_xgt"
  xgt completion fish > ~/.config/fish/completions/xgt.fish

${exitStatusHelp}`;

/** Completion scripts, made from the command line itself. */
export const buildCompletion: BuildCommand = (context) =>
  new Command("completion")
    .description("Print the completion script of a shell.")
    .addArgument(new Argument("<SHELL>", "for which shell").choices(shells.map((shell) => shell.name)))
    .addOption(new Option("--domains-of <FILE...>", "names of domains in device trees").hideHelp())
    .addHelpText("after", HELP)
    .action(async (name: string, { domainsOf: files }: { domainsOf?: string[] }) => {
      context.exit(ExitStatus.clean);
      if (files !== undefined) {
        const { domainsOf } = await import("./domains-of.ts");
        return context.io.stdout.write(
          domainsOf(files)
            .map((domain) => `${domain}\n`)
            .join(""),
        );
      }
      const shell = shells.find((candidate) => candidate.name === name);
      const { allScenarios } = await import("../lab/lab-scenarios.ts");
      const values = valuesOfXgt((await allScenarios()).map((scenario) => scenario.name));
      const model = completionModel(await buildProgram(context), values);
      return context.io.stdout.write(shell?.script(model) ?? "");
    });
