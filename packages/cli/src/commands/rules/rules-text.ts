import { type Palette, wrapText } from "@xgt/findings";
import type { CatalogueRule } from "./rule-catalogue.ts";

const LABEL = 9;
/** Columns that the catalogue keeps for what a rule says, however narrow the terminal is. */
const RULE_COLUMNS_MIN = 40;

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
export function ruleText(rule: CatalogueRule, palette: Palette, columns: number): string {
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
  const what = rule.id.startsWith("L") ? "tree" : "log";
  lines.push(
    "",
    palette.faint(`A ${what} that keeps it (xgt rules ${rule.id} --example keeps):`),
    rule.passing.trimEnd(),
  );
  lines.push(
    "",
    palette.faint(`A ${what} that breaks it (xgt rules ${rule.id} --example breaks):`),
    rule.failing.trimEnd(),
  );
  if (rule.repaired !== undefined) {
    lines.push(
      "",
      palette.faint(`A ${what} in which the guest makes it good (xgt rules ${rule.id} --example repairs):`),
      rule.repaired.trimEnd(),
    );
  }
  return `${lines.join("\n")}\n`;
}
