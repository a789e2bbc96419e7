import {
  type CompletionCommand,
  type CompletionOption,
  commandsOf,
  type Values,
} from "./completion-model.ts";
import functions from "./xgt.zsh?raw";

/** Completion for zsh: a file `_xgt` in a folder of $fpath. */
export function zshCompletion(xgt: CompletionCommand): string {
  return `#compdef xgt
# zsh completion of xgt; put it into a folder of $fpath as _xgt

${functions}
${commandsOf(xgt).map(commandFunction).join("\n")}
_xgt_help() {
  _values command ${xgt.commands.map(({ name }) => name).join(" ")}
}

if [ "$funcstack[1]" = "_xgt" ]; then
  _xgt "$@"
else
  compdef _xgt xgt
fi
`;
}

/** `_xgt_lab_run() { _arguments ... }`. */
function commandFunction(command: CompletionCommand): string {
  const name = functionName(command.path);
  const specs = command.options.flatMap(optionSpecs);
  if (command.commands.length === 0) {
    if (command.argument !== null) specs.push(`'*:argument:${action(command.argument)}'`);
    return `${name}() {
  _arguments -s ${joined(specs)}
}
`;
  }
  const isTop = !command.path.includes(" ");
  const rows = command.commands.map(({ name, summary }) => `    '${name}:${summary}'`);
  const cases = command.commands.map(({ name, path }) => `    ${name}) ${functionName(path)} ;;`);
  if (isTop) {
    rows.push("    'help:print the help of a command'");
    cases.push("    help) _xgt_help ;;");
  }
  return `${name}() {
  local curcontext="$curcontext" state line
  local -a commands
  commands=(
${rows.join("\n")}
  )
  _arguments -C -s ${joined([...specs, "'1:command:->command'", "'*::argument:->argument'"])}
  case "$state" in
  command) _describe command commands ;;
  argument)
    case "$line[1]" in
${cases.join("\n")}
    esac
    ;;
  esac
}
`;
}

function functionName(path: string): string {
  return `_${path.replaceAll(" ", "_")}`;
}

function joined(specs: readonly string[]): string {
  return specs.map((spec) => `\\\n    ${spec}`).join(" ");
}

function optionSpecs({ flags, description, values }: CompletionOption): string[] {
  if (values === null) return flags.map((flag) => `'*${flag}[${description}]'`);
  const value = `:value:${action(values)}`;
  return flags.map((flag) => `'*${flag}${flag.startsWith("--") ? "=" : "+"}[${description}]${value}'`);
}

/** What `_arguments` does for a value. */
function action({ words, paths, list, domains }: Values): string {
  if (domains) return "_xgt_domains";
  const files = paths === null ? "" : paths === "files" ? "_files" : "_files -/";
  if (words.length === 0) return files === "" ? " " : files;
  if (list) return `{_values -s , value ${words.join(" ")}}`;
  return files === "" ? `(${words.join(" ")})` : `{compadd - ${words.join(" ")}; ${files}}`;
}
