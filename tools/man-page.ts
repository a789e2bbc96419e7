import type { Command, Option } from "commander";

/** A paragraph of a help text: a heading with the lines below it; an empty heading for what stands before the first. */
interface HelpSection {
  readonly heading: string;
  readonly lines: readonly string[];
}

/** The man page of one command: `name` is that of the file, without its section. */
export function manPage(command: Command): { name: string; text: string } {
  const path = pathOf(command);
  const name = path.join("-");
  const summary = command.summary() === "" ? "check that a Xen guest stays direct-mapped" : command.summary();
  const help = command.createHelp();
  const lines = [
    `.TH ${roff(name.toUpperCase())} 1 "" "xgt" "Xen Guest Tooling"`,
    ".SH NAME",
    `${roff(name)} \\- ${roff(summary)}`,
    ".SH SYNOPSIS",
    `.B ${roff(path.join(" "))}`,
    roff(command.usage()),
    ".SH DESCRIPTION",
    roff(command.description()),
  ];
  for (const argument of help.visibleArguments(command)) {
    lines.push(".TP", `.I ${roff(argument.name())}`, roff(argument.description));
  }
  lines.push(...optionLines(command));
  const children = command.commands.filter((child) => child.name() !== "help");
  if (children.length > 0) lines.push(".SH COMMANDS");
  for (const child of children)
    lines.push(".TP", `.BR ${name}\\-${roff(child.name())} (1)`, roff(child.summary()));
  for (const section of afterHelp(command)) lines.push(...sectionLines(section));
  const others = command.parent === null ? children : [command.parent];
  lines.push(".SH SEE ALSO", others.map((other) => `.BR ${roff(pathOf(other).join("-"))} (1)`).join(",\n"));
  return { name, text: `${lines.join("\n")}\n` };
}

function pathOf(command: Command): string[] {
  return command.parent === null ? [command.name()] : [...pathOf(command.parent), command.name()];
}

function optionLines(command: Command): string[] {
  const groups = new Map<string, Option[]>();
  for (const option of command.createHelp().visibleOptions(command)) {
    const heading = (option.helpGroupHeading ?? "").replace(/:$/, "");
    groups.set(heading, [...(groups.get(heading) ?? []), option]);
  }
  const lines = [".SH OPTIONS"];
  for (const [heading, options] of groups) {
    if (heading !== "") lines.push(`.SS ${roff(heading)}`);
    for (const option of options) {
      const choices = option.argChoices === undefined ? "" : ` (${option.argChoices.join(", ")})`;
      const preset = option.defaultValue === undefined ? "" : ` Default: ${option.defaultValue}.`;
      lines.push(".TP", `.B ${roff(option.flags)}`, roff(`${option.description}${choices}.${preset}`));
    }
  }
  return lines;
}

/** What the help says below its options. */
function afterHelp(command: Command): HelpSection[] {
  let full = "";
  command.configureOutput({
    writeOut: (text) => {
      full += text;
    },
  });
  command.outputHelp();
  const after = full.slice(command.helpInformation().length);
  const sections: { heading: string; lines: string[] }[] = [{ heading: "", lines: [] }];
  for (const line of after.split("\n")) {
    const heading = /^([A-Z][A-Za-z ]+):$/.exec(line)?.[1];
    if (heading === undefined) sections[sections.length - 1].lines.push(line);
    else sections.push({ heading, lines: [] });
  }
  return sections.filter((section) => section.lines.some((line) => line !== ""));
}

function sectionLines({ heading, lines }: HelpSection): string[] {
  const text = lines.join("\n").replace(/^\n+|\n+$/g, "");
  if (heading === "") return [".PP", roff(text)];
  return [`.SH ${heading.toUpperCase()}`, ".nf", roff(text), ".fi"];
}

/** Text with what roff would take for its own made harmless. */
function roff(text: string): string {
  return text
    .replace(/\\/g, "\\e")
    .replace(/-/g, "\\-")
    .replace(/^([.'])/gm, "\\&$1");
}
