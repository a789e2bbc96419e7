import type { Command, Option } from "commander";

/** What can stand after an option or as an argument. */
export type Values =
  | { readonly kind: "none" | "files" | "any" }
  | { readonly kind: "words"; readonly words: readonly string[] };

export interface CompletionOption {
  /** As typed: `-f`, `--format`. */
  readonly flags: readonly string[];
  readonly description: string;
  readonly values: Values;
}

export interface CompletionCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletionOption[];
  readonly argument: Values;
}

/** Everything of the command line that a shell can complete. */
export interface CompletionModel {
  readonly commands: readonly CompletionCommand[];
  readonly options: readonly CompletionOption[];
}

/** Words for values that the parser has no list of, by option or argument name. */
export type ExtraWords = Readonly<Record<string, readonly string[]>>;

/** Reads the model off the command tree. */
export function completionModel(program: Command, extra: ExtraWords): CompletionModel {
  return {
    commands: program.commands.map((command) => ({
      name: command.name(),
      summary: command.summary(),
      options: optionsOf(command as Command, extra),
      argument: argumentOf(command as Command, extra),
    })),
    options: optionsOf(program, extra),
  };
}

function optionsOf(command: Command, extra: ExtraWords): CompletionOption[] {
  const help = command.createHelp();
  return help.visibleOptions(command).map((option) => ({
    flags: [option.short, option.long].filter((flag) => flag !== undefined && flag !== null),
    description: plainText(option.description),
    values: valuesOf(option, extra),
  }));
}

function valuesOf(option: Option, extra: ExtraWords): Values {
  if (!option.required && !option.optional) return { kind: "none" };
  if (option.argChoices !== undefined) return { kind: "words", words: option.argChoices };
  const name = /<(.*)>/.exec(option.flags)?.[1] ?? "";
  if (extra[name] !== undefined) return { kind: "words", words: extra[name] };
  return { kind: name === "FILE" ? "files" : "any" };
}

function argumentOf(command: Command, extra: ExtraWords): Values {
  const argument = command.registeredArguments[0];
  if (argument === undefined) return { kind: "none" };
  if (argument.argChoices !== undefined) return { kind: "words", words: argument.argChoices };
  const words = extra[argument.name()];
  return words === undefined ? { kind: "files" } : { kind: "words", words };
}

/** Without the characters that mean something to shells and their completion systems. */
function plainText(text: string): string {
  return text
    .replace(/['"`\\$[\]:]/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}
