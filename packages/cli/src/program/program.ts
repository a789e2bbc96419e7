import { Command } from "commander";
import type { CommandContext } from "../commands/command-entry.ts";
import { commands } from "../commands/index.ts";
import { VERSION } from "../terminal/version.ts";

/** A fixed width: help is the same in a terminal, in a pipe and in a man page. */
const HELP_WIDTH = 100;

const DESCRIPTION =
  "Replays the hypercalls of a direct-mapped (1:1) Xen guest and says where, when and why a frame that the guest may hand to a device is not mapped 1:1 any more.";

const OVERVIEW = `
Examples:
  xgt replay hvclog.jsonl --domains spec.json   replay a log and check it
  xgt replay hvclog.jsonl trace.txt --domains boot.log
                                                one run, seen by two recorders
  xgt info trace.txt.gz                         what is in a log
  xgt rules G44                                 what a finding means, and how to fix it

Exit status:
  0    nothing at or above --fail-on
  1    findings
  2    wrong use, or input that is unreadable, corrupt or cut
  130  interrupted`;

/**
 * The whole command line as a tree of commands. Commands whose name `wanted` does not pass are there with their
 * summary only.
 */
export async function buildProgram(
  context: CommandContext,
  wanted: (name: string) => boolean = () => true,
): Promise<Command> {
  const program = new Command("xgt")
    .description(DESCRIPTION)
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText("after", OVERVIEW)
    .configureHelp({ helpWidth: HELP_WIDTH });
  for (const { name, summary, load } of commands) {
    const command = wanted(name) ? (await load())(context) : new Command(name);
    program.addCommand(
      command
        .summary(summary)
        .helpOption("-h, --help", "print this help")
        .configureHelp({ helpWidth: HELP_WIDTH }),
    );
  }
  return program;
}

/** A command and all below it. */
export function commandTree(command: Command): Command[] {
  return [command, ...command.commands.flatMap((child) => commandTree(child as Command))];
}

/** "xgt replay". */
export function commandPath(command: Command): string {
  return command.parent === null ? command.name() : `${commandPath(command.parent)} ${command.name()}`;
}
