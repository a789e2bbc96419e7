import type { Command, Option } from "commander";
import { commandPath } from "../../program/program.ts";

/** What can stand after an option or as an argument. */
export interface Values {
  /** The words that may stand there; empty: no list of them exists. */
  readonly words: readonly string[];
  /** Paths may stand there: of files (and the folders on the way), or of folders only. */
  readonly paths: "files" | "folders" | null;
  /** Several words may follow each other with commas: `G44,G45`. */
  readonly list: boolean;
  /** Names of the domains in the device trees that the line names. */
  readonly domains: boolean;
}

/** An option of one command. */
export interface CompletionOption {
  /** As typed: `-f`, `--format`. */
  readonly flags: readonly string[];
  /** One line, fit for single quotes in any shell. */
  readonly description: string;
  /** Null: it takes none. */
  readonly values: Values | null;
}

/** A command; its sub-commands follow it in the model. */
export interface CompletionCommand {
  /** "xgt lab run". */
  readonly path: string;
  /** "run". */
  readonly name: string;
  /** One line, fit for single quotes in any shell. */
  readonly summary: string;
  readonly options: readonly CompletionOption[];
  /** What its arguments can be, whichever of them; null: it takes none. */
  readonly argument: Values | null;
  /** Commands straight below it. */
  readonly commands: readonly CompletionCommand[];
}

/** What a value can be, told by its place: "xgt lab run --scenario <NAMES>", "xgt rules ID"; undefined: it cannot be said. */
export type ValuesAt = (command: string, option: string | null, name: string) => Partial<Values> | undefined;

/** Reads a command, with all below it, off the command tree. */
export function completionModel(command: Command, valuesAt: ValuesAt): CompletionCommand {
  const path = commandPath(command);
  const help = command.createHelp();
  const argument = command.registeredArguments[0];
  return {
    path,
    name: command.name(),
    summary: plainText(command.summary()),
    options: help.visibleOptions(command).map((option) => ({
      flags: [option.short, option.long].filter((flag) => flag !== undefined && flag !== null),
      description: plainText(option.description),
      values: optionValues(path, option, valuesAt),
    })),
    argument:
      argument === undefined
        ? null
        : whole({ words: argument.argChoices ?? [], ...valuesAt(path, null, argument.name()) }),
    commands: command.commands.map((child) => completionModel(child as Command, valuesAt)),
  };
}

/** A command and all below it. */
export function commandsOf(command: CompletionCommand): CompletionCommand[] {
  return [command, ...command.commands.flatMap(commandsOf)];
}

function optionValues(path: string, option: Option, valuesAt: ValuesAt): Values | null {
  if (!option.required && !option.optional) return null;
  const name = /<(.*)>/.exec(option.flags)?.[1] ?? "";
  return whole({ words: option.argChoices ?? [], ...valuesAt(path, option.long ?? null, name) });
}

function whole(values: Partial<Values>): Values {
  return { words: [], paths: null, list: false, domains: false, ...values };
}

/** In one line, for single quotes and zsh's brackets. */
function plainText(text: string): string {
  return text
    .replaceAll("'", "\u2019")
    .replaceAll("[", "(")
    .replaceAll("]", ")")
    .replace(/[`\\$]/g, "")
    .replace(/\s+/g, " ")
    .trim();
}
