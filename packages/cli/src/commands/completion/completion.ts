import { Argument, Command } from "commander";
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
    .addHelpText("after", HELP)
    .action(async (name: string) => {
      const shell = shells.find((candidate) => candidate.name === name);
      const { allScenarios } = await import("../lab/lab-scenarios.ts");
      const values = valuesOfXgt((await allScenarios()).map((scenario) => scenario.name));
      const model = completionModel(await buildProgram(context), values);
      await context.io.stdout.write(shell?.script(model) ?? "");
      context.exit(ExitStatus.clean);
    });
