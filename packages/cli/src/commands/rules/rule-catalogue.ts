import { type LayoutExample, type LayoutRule, layoutRules } from "@xgt/dom0less-layout";
import { type Rule, rules } from "@xgt/p2m-tracker";

/** What people read of a rule, whichever command checks it. */
export type CatalogueRule = Pick<
  Rule,
  | "id"
  | "name"
  | "severity"
  | "what"
  | "why"
  | "fix"
  | "source"
  | "needs"
  | "passing"
  | "failing"
  | "repaired"
  | "beyondRepair"
>;

/** The rules of `xgt replay` (G, H, I), then those of `xgt layout check` (L). */
export const catalogue: readonly CatalogueRule[] = [...rules, ...layoutRules.map(shown)];

/** A rule by id or name. */
export function catalogueRule(wanted: string): CatalogueRule | undefined {
  const lower = wanted.toLowerCase();
  return catalogue.find(({ id, name }) => id.toLowerCase() === lower || name === lower);
}

/** Rules of whose id, name or text every word is a part, in the order of the catalogue. */
export function searchRules(words: readonly string[]): readonly CatalogueRule[] {
  const wanted = words.map((word) => word.toLowerCase());
  return catalogue.filter(({ id, name, what, why }) => {
    const text = `${id} ${name} ${what} ${why}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

function shown(rule: LayoutRule): CatalogueRule {
  const { id, name, severity, what, fix, source } = rule;
  const why = `${rule.why} ${rule.consequence}`;
  return {
    id,
    name,
    severity,
    what,
    why,
    fix,
    source,
    needs: [],
    passing: sourceOf(rule.passing),
    failing: sourceOf(rule.failing),
  };
}

/** The host tree as `xgt layout check` takes it; what comes with it stands in comments below. */
function sourceOf(example: LayoutExample): string {
  const { host, modules, xen, dom0, masters, firmware, kconfig, bootLog } = example;
  const options = [
    xen === undefined ? "" : `--xen ${xen}`,
    dom0 === true ? "--dom0" : "",
    firmware === undefined ? "" : `--firmware ${firmware}`,
    masters === undefined ? "" : `--masters with ${masters}`,
    kconfig === undefined ? "" : `--kconfig with ${kconfig}`,
    bootLog === undefined ? "" : `--log with ${bootLog}`,
  ].filter((option) => option !== "");
  const files = Object.entries(modules).map(([path, content]) => {
    if (typeof content === "string") return `--module ${path}:\n${content}`;
    const size = typeof content === "number" ? content : content.length;
    return `--module ${path}: a file of ${size} bytes`;
  });
  const notes = [...options, ...files].map((note) => `\n/* ${note} */\n`);
  return `${host.replace(/\n(?:[ \t]*\n)+/g, "\n")}${notes.join("")}`;
}
