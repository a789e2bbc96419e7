import type { CompletionCommand, CompletionModel, CompletionOption, Values } from "./completion-model.ts";

/** Completion for zsh: a file `_xgt` in a folder of $fpath. */
export function zshCompletion(model: CompletionModel): string {
  const commands = model.commands.map((command) => `    '${command.name}:${command.summary}'`).join("\n");
  return `#compdef xgt
# zsh completion of xgt; put it into a folder of $fpath as _xgt

_xgt() {
  local -a commands
  commands=(
${commands}
    'help:print the help of a command'
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    _values option ${model.options.flatMap((option) => option.flags).join(" ")}
    return
  fi
  local command="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$command" in
  help)
    _describe command commands
    ;;
${model.commands.map(commandCase).join("\n")}
  esac
}

if [ "$funcstack[1]" = "_xgt" ]; then
  _xgt "$@"
else
  compdef _xgt xgt
fi
`;
}

function commandCase(command: CompletionCommand): string {
  const specs = command.options.flatMap(optionSpecs);
  if (command.argument.kind !== "none") specs.push(`'*:${action(command.argument)}'`);
  return `  ${command.name})
    _arguments -s \\
      ${specs.join(" \\\n      ")}
    ;;`;
}

function optionSpecs(option: CompletionOption): string[] {
  const value = option.values.kind === "none" ? "" : `:${action(option.values)}`;
  return option.flags.map((flag) => `'${flag}[${option.description}]${value}'`);
}

function action(values: Values): string {
  if (values.kind === "words") return `value:(${values.words.join(" ")})`;
  return values.kind === "files" ? "file:_files" : "value: ";
}
