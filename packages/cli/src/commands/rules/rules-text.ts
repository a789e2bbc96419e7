import { type Palette, wrapText } from "@xgt/findings";
import { sharedLines } from "./example-difference.ts";
import { type ExampleEvents, exampleEvents } from "./example-events.ts";
import type { CatalogueRule } from "./rule-catalogue.ts";

const LABEL = 9;
/** Columns that the catalogue keeps for what a rule says, however narrow the terminal is. */
const RULE_COLUMNS_MIN = 40;
/** Events that are shown of one example log. */
const EVENTS_SHOWN = 40;

/** Rules as a table: id, severity, name, and what must hold. */
export function ruleTable(rules: readonly CatalogueRule[], palette: Palette, columns: number): string {
  const nameWidth = Math.max(...rules.map((rule) => rule.name.length));
  const margin = 4 + 8 + nameWidth + 2;
  const lines = rules.flatMap((rule) => {
    const [first, ...rest] = wrapText(rule.what, Math.max(RULE_COLUMNS_MIN, columns - margin));
    const severity = palette[rule.severity](rule.severity.padEnd(8));
    const head = `${palette.strong(rule.id.padEnd(4))}${severity}${rule.name.padEnd(nameWidth + 2)}${first}`;
    return [head, ...rest.map((line) => `${" ".repeat(margin)}${line}`)];
  });
  const end = `${rules.length} ${rules.length === 1 ? "rule" : "rules"}; \`xgt rules ID\` tells why, how to fix it, and shows examples`;
  return `${lines.join("\n")}\n\n${palette.faint(end)}\n`;
}

/** One rule with all that the catalogue knows of it. */
export async function ruleText(rule: CatalogueRule, palette: Palette, columns: number): Promise<string> {
  const lines = [
    `${palette.strong(`${rule.id} ${rule.name}`)} ${palette[rule.severity](`(${rule.severity})`)}`,
    "",
  ];
  const add = (label: string, text: string) => {
    wrapText(text, columns - LABEL).forEach((line, i) => {
      lines.push(`${palette.faint((i === 0 ? label : "").padEnd(LABEL))}${line}`);
    });
  };
  add("what", rule.what);
  add("why", rule.why);
  add("fix", rule.fix);
  add("Xen", rule.source);
  if (rule.needs.length > 0) add("needs", `${rule.needs.join(", ")}; without them it is listed as undecided`);
  if (rule.beyondRepair !== undefined) add("repair", `none: ${rule.beyondRepair}`);
  const isTree = rule.id.startsWith("L");
  const examples = isTree ? trees(rule) : await logs(rule, palette);
  for (const { title, lines: shown } of examples) lines.push("", palette.faint(title), ...shown);
  return `${lines.join("\n")}\n`;
}

/** A rule's examples under their titles. */
interface Example {
  readonly title: string;
  readonly lines: readonly string[];
}

function trees({ id, passing, failing }: CatalogueRule): Example[] {
  return [
    { title: `A tree that keeps it (xgt rules ${id} --example keeps):`, lines: [passing.trimEnd()] },
    { title: `A tree that breaks it (xgt rules ${id} --example breaks):`, lines: [failing.trimEnd()] },
  ];
}

/** The example logs as lists of events: each marks with > what the one before it has not. */
async function logs({ id, passing, failing, repaired }: CatalogueRule, palette: Palette): Promise<Example[]> {
  const keeps = await exampleEvents(passing, id);
  const breaks = await exampleEvents(failing, id);
  const examples = [
    { title: `A log that keeps it (xgt rules ${id} --example keeps):`, lines: events(keeps, keeps, palette) },
    {
      title: `A log that breaks it (xgt rules ${id} --example breaks); > marks what the first has not:`,
      lines: events(breaks, keeps, palette),
    },
  ];
  if (repaired === undefined) return examples;
  const title = `A log in which the guest makes it good (xgt rules ${id} --example repairs); > marks what the second has not:`;
  return [...examples, { title, lines: events(await exampleEvents(repaired, id), breaks, palette) }];
}

function events(log: ExampleEvents, other: ExampleEvents, palette: Palette): string[] {
  const isNew = (shared: boolean) => (shared ? " " : ">");
  const header = sharedLines(log.header, other.header);
  const shared = sharedLines(
    log.events.map(({ text }) => text),
    other.events.map(({ text }) => text),
  );
  const lines = log.header.flatMap((line, i) => (header[i] ? [] : [`>         ${line}`]));
  log.events.slice(0, EVENTS_SHOWN).forEach(({ event, text, said }, i) => {
    const line = `${isNew(shared[i])} ${String(event).padStart(6)}  ${text}`;
    lines.push(shared[i] ? line : palette.strong(line));
    for (const finding of said) lines.push(palette.warning(`          ${finding}`));
  });
  if (log.events.length > EVENTS_SHOWN)
    lines.push(`          … ${log.events.length - EVENTS_SHOWN} more events`);
  return lines;
}
