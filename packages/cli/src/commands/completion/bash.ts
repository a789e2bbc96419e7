import type { CompletionCommand, CompletionModel, CompletionOption, Values } from "./completion-model.ts";

/** Completion for bash: `source <(xgt completion bash)`. */
export function bashCompletion(model: CompletionModel): string {
  const names = model.commands.map((command) => command.name).join(" ");
  return `# bash completion of xgt; try it with: source <(xgt completion bash)
_xgt() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}"
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names} help ${flags(model.options)}" -- "$word"))
    return
  fi
  case "$command" in
  help)
    COMPREPLY=($(compgen -W "${names}" -- "$word"))
    ;;
${model.commands.map(commandCase).join("\n")}
  esac
}
complete -F _xgt xgt
`;
}

function commandCase(command: CompletionCommand): string {
  const cases = command.options.filter((option) => option.values.kind !== "none").map(optionCase);
  return `  ${command.name})
    case "$before" in
${cases.join("\n")}
    *)
      if [[ "$word" == -* ]]; then
        COMPREPLY=($(compgen -W "${flags(command.options)}" -- "$word"))
      else
        ${reply(command.argument)}
      fi
      ;;
    esac
    ;;`;
}

function optionCase(option: CompletionOption): string {
  return `    ${option.flags.join("|")})
      ${reply(option.values)}
      ;;`;
}

function reply(values: Values): string {
  if (values.kind === "words") return `COMPREPLY=($(compgen -W "${values.words.join(" ")}" -- "$word"))`;
  return values.kind === "files"
    ? 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$word"))'
    : ":";
}

function flags(options: readonly CompletionOption[]): string {
  return options.flatMap((option) => option.flags).join(" ");
}
