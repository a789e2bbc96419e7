import type { CompletionCommand, CompletionModel, CompletionOption, Values } from "./completion-model.ts";

/** Completion for fish: `xgt completion fish | source`. */
export function fishCompletion(model: CompletionModel): string {
  const names = model.commands.map((command) => command.name).join(" ");
  const top = "__fish_use_subcommand";
  return `# fish completion of xgt; try it with: xgt completion fish | source
complete -c xgt -f
${model.options.map((option) => optionLine(option, top)).join("\n")}
${model.commands.map((command) => `complete -c xgt -n ${top} -a ${command.name} -d '${command.summary}'`).join("\n")}
complete -c xgt -n ${top} -a help -d 'print the help of a command'
complete -c xgt -n '__fish_seen_subcommand_from help' -a '${names}'
${model.commands.map(commandLines).join("\n")}
`;
}

function commandLines(command: CompletionCommand): string {
  const condition = `'__fish_seen_subcommand_from ${command.name}'`;
  const lines = command.options.map((option) => optionLine(option, condition));
  if (command.argument.kind === "files") lines.push(`complete -c xgt -n ${condition} -F`);
  if (command.argument.kind === "words") {
    lines.push(`complete -c xgt -n ${condition} -a '${command.argument.words.join(" ")}'`);
  }
  return lines.join("\n");
}

function optionLine(option: CompletionOption, condition: string): string {
  const flags = option.flags.map((flag) =>
    flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
  );
  return `complete -c xgt -n ${condition} ${flags.join(" ")}${valueFlags(option.values)} -d '${option.description}'`;
}

function valueFlags(values: Values): string {
  if (values.kind === "words") return ` -x -a '${values.words.join(" ")}'`;
  if (values.kind === "files") return " -r -F";
  return values.kind === "any" ? " -x" : "";
}
