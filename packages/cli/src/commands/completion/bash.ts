import { type CompletionCommand, commandsOf, type Values } from "./completion-model.ts";
import functions from "./xgt.bash?raw";

/** Completion for bash: `source <(xgt completion bash)`. */
export function bashCompletion(xgt: CompletionCommand): string {
  const commands = commandsOf(xgt);
  const known = commands.filter(({ path }) => path !== xgt.path).map(({ path }) => `"${path}"`);
  return `# bash completion of xgt; try it with: source <(xgt completion bash)
${functions}
# The command that the line is about so far, from the words in front: "xgt lab run".
_xgt_path() {
  local i
  path=xgt
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path \${COMP_WORDS[i]}" in
    ${known.join(" | ")} | "xgt help") path="$path \${COMP_WORDS[i]}" ;;
    esac
  done
}

# What may follow an option; fails where the word is no option's value.
_xgt_value() {
  case "$path $before" in
${valueCases(commands)}
  *) return 1 ;;
  esac
}

_xgt_flags() {
  case "$path" in
${commands.map(({ path, options }) => `  "${path}") _xgt_words "${options.flatMap(({ flags }) => flags).join(" ")}" ;;`).join("\n")}
  esac
}

_xgt_argument() {
  case "$path" in
  "xgt help") _xgt_words "${xgt.commands.map(({ name }) => name).join(" ")}" ;;
${commands.map((command) => `  "${command.path}") ${argument(command, xgt)} ;;`).join("\n")}
  esac
}

complete -F _xgt xgt
`;
}

/** One case for all options of all commands that take the same. */
function valueCases(commands: readonly CompletionCommand[]): string {
  const places = new Map<string, string[]>();
  for (const { path, options } of commands) {
    for (const { flags, values } of options) {
      if (values === null) continue;
      const action = reply(values);
      places.set(action, [...(places.get(action) ?? []), ...flags.map((flag) => `"${path} ${flag}"`)]);
    }
  }
  return [...places].map(([action, patterns]) => `  ${patterns.join(" | ")}) ${action} ;;`).join("\n");
}

function argument(command: CompletionCommand, xgt: CompletionCommand): string {
  if (command.commands.length === 0) return command.argument === null ? ":" : reply(command.argument);
  const names = command.commands.map(({ name }) => name);
  return `_xgt_words "${[...names, ...(command === xgt ? ["help"] : [])].join(" ")}"`;
}

function reply({ words, paths, list, domains }: Values): string {
  if (domains) return "_xgt_domains";
  const lists = words.length === 0 ? [] : [`${list ? "_xgt_list" : "_xgt_words"} "${words.join(" ")}"`];
  const all = [...lists, ...(paths === null ? [] : [`_xgt_${paths}`])];
  return all.length === 0 ? ":" : all.join("; ");
}
