import {
  type CompletionCommand,
  type CompletionOption,
  commandsOf,
  type Values,
} from "./completion-model.ts";
import functions from "./xgt.fish?raw";

/** Completion for fish: `xgt completion fish | source`. */
export function fishCompletion(xgt: CompletionCommand): string {
  const commands = commandsOf(xgt);
  const known = commands.filter(({ path }) => path !== xgt.path).map(({ path }) => `'${path}'`);
  const names = xgt.commands.map(({ name }) => name).join(" ");
  return `# fish completion of xgt; try it with: xgt completion fish | source
${functions}
# Whether the line is about this very command so far: "xgt lab run".
function __xgt_at
    set -l path xgt
    set -l words (commandline -opc)
    set -e words[1]
    for word in $words
        switch "$path $word"
            case ${known.join(" ")} 'xgt help'
                set path "$path $word"
        end
    end
    test "$path" = "$argv[1]"
end

complete -c xgt -f
${commands.flatMap(commandLines).join("\n")}
complete -c xgt ${at("xgt")} -a help -d 'print the help of a command'
complete -c xgt ${at("xgt help")} -a '${names}'
`;
}

function at(path: string): string {
  return `-n "__xgt_at '${path}'"`;
}

function commandLines({ path, options, commands, argument }: CompletionCommand): string[] {
  const lines = commands.map(({ name, summary }) => `complete -c xgt ${at(path)} -a ${name} -d '${summary}'`);
  lines.push(...options.map((option) => optionLine(option, path)));
  if (argument !== null) lines.push(`complete -c xgt ${at(path)}${offers(argument)}`);
  return lines;
}

function optionLine({ flags, description, values }: CompletionOption, path: string): string {
  const names = flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  return `complete -c xgt ${at(path)} ${names.join(" ")}${valueFlags(values)} -d '${description}'`;
}

function valueFlags(values: Values | null): string {
  if (values === null) return "";
  return `${values.paths === "files" ? " -r" : " -x"}${offers(values)}`;
}

/** What may stand there, in the words of `complete`. */
function offers({ words, paths, list, domains }: Values): string {
  if (domains) return " -a '(__xgt_domains)'";
  const listed =
    words.length === 0 ? "" : ` -a '${list ? `(__xgt_list ${words.join(" ")})` : words.join(" ")}'`;
  const files = paths === "files" ? " -F" : "";
  const folders = paths === "folders" ? " -a '(__fish_complete_directories (commandline -ct))'" : "";
  return listed + files + folders;
}
