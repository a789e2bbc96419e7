import { printable } from "@xgt/findings";
import { type Command, CommanderError } from "commander";
import { CliError, PipeClosedError, UsageError } from "../terminal/cli-error.ts";
import { paletteFor } from "../terminal/color.ts";
import { ExitStatus } from "../terminal/exit-status.ts";
import type { Io } from "../terminal/io.ts";
import { messageLine } from "../terminal/messages.ts";
import { suggestion } from "../terminal/nearest.ts";
import { buildProgram, commandPath, commandTree } from "./program.ts";

/** Runs the command line and returns the exit status. Never throws. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let status: number = ExitStatus.clean;
  let printed = "";
  try {
    const context = {
      io,
      exit: (code: number) => {
        status = code;
      },
    };
    const program = await buildProgram(context, (name) => argv.slice(0, 2).includes(name));
    for (const command of commandTree(program)) {
      interceptOutput(command, (text) => {
        printed += text;
      });
    }
    if (argv.length === 0) {
      program.outputHelp();
      await io.stdout.write(printed);
      return ExitStatus.trouble;
    }
    refuseHelpOfNothing(program, argv);
    try {
      await program.parseAsync(argv.map(separateMapAll), { from: "user" });
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
    }
    await io.stdout.write(printed);
    return status;
  } catch (error) {
    return reportError(error, io);
  }
}

/** Collects what the parser would print, and makes its errors ours. */
function interceptOutput(command: Command, writeOut: (text: string) => void): void {
  command.configureOutput({ writeOut, writeErr: () => {}, outputError: () => {} });
  command.exitOverride((error) => {
    if (isHelp(error)) throw error;
    // The parser's answer to no command, or to `help` with a name that is none.
    if (error.code === "commander.help") {
      const names = command.commands.map((child) => child.name()).join(", ");
      throw new UsageError(commandPath(command), `name one of the commands ${names}`);
    }
    throw new UsageError(commandPath(command), usageText(error));
  });
}

/** The parser prints the help of a group of commands even where the word before --help names none of them. */
function refuseHelpOfNothing(program: Command, argv: readonly string[]): void {
  if (!argv.includes("--help") && !argv.includes("-h")) return;
  let command = program;
  for (const word of argv) {
    if (word.startsWith("-") || command.commands.length === 0) return;
    const names = command.commands.map((child) => child.name());
    const child = command.commands.find((candidate) => candidate.name() === word);
    if (child === undefined && word === "help") return;
    if (child === undefined) {
      throw new UsageError(commandPath(command), `unknown command '${word}'${suggestion(word, names)}`);
    }
    command = child as Command;
  }
}

/** Help and the version end the parser as errors do, but are none. */
function isHelp(error: CommanderError): boolean {
  if (error.code === "commander.help") return error.exitCode === 0;
  return error.code === "commander.helpDisplayed" || error.code === "commander.version";
}

/** "error: unknown option '--form'\n(Did you mean --from?)" as one sentence. */
function usageText(error: CommanderError): string {
  return error.message
    .replace(/^error: /, "")
    .replace(/\n\(Did you mean (.*)\?\)$/s, " (did you mean $1?)")
    .replace(/\s*\n\s*/g, " ");
}

/** The parser knows no option with a value that may be absent but is never the next word: `--map=all` is its own. */
function separateMapAll(argument: string): string {
  return argument === "--map=all" ? "--map-all" : argument;
}

async function reportError(error: unknown, io: Io): Promise<number> {
  if (error instanceof PipeClosedError) return ExitStatus.clean;
  await io.stderr.write(errorText(error, io)).catch(() => {});
  return ExitStatus.trouble;
}

function errorText(error: unknown, io: Io): string {
  const palette = paletteFor("auto", io.stderr, io);
  const what = error instanceof Error ? error.message : String(error);
  if (error instanceof UsageError) {
    return `${messageLine("error", what, palette)}Try \`${error.command} --help\`.\n`;
  }
  if (error instanceof CliError) {
    return messageLine("error", what, palette) + error.said.map((line) => `  ${printable(line)}\n`).join("");
  }
  const advice =
    "this is a bug of xgt: please report it with the command line and the log (XGT_DEBUG=1 shows where)";
  const stack = io.env.XGT_DEBUG === "1" && error instanceof Error ? `${error.stack}\n` : "";
  return `${messageLine("error", `${what}; ${advice}`, palette)}${stack}`;
}
