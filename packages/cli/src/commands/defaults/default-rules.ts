import type { XgtConfig } from "../../config/xgt-config.ts";
import { CliError } from "../../terminal/cli-error.ts";
import { suggestion } from "../../terminal/nearest.ts";
import { catalogue, catalogueRule } from "../rules/rule-catalogue.ts";

/**
 * Ids of the rules that a repository's settings ignore, of these families of rules only ("GHI", "L"), but for those
 * that the command line names with --rule. Throws CliError where a rule is not known.
 */
export function ignoredRules(
  config: XgtConfig,
  families: string,
  named: ReadonlySet<string> | undefined,
): Set<string> {
  const ids = config.ignore.map(({ rule }) => ruleId(rule, config));
  return new Set(ids.filter((id) => families.includes(id[0]) && named?.has(id) !== true));
}

/** The rules of `ids` that a repository's settings ignore, each with its reason, in words for people. */
export function ignoredText(config: XgtConfig, ids: ReadonlySet<string>): string {
  const texts = config.ignore
    .filter(({ rule }) => ids.has(ruleId(rule, config)))
    .map(({ rule, reason }) => `${rule} (${reason})`);
  return `leaves out ${texts.join(", ")}`;
}

/** Ids of the rules that a repository's settings require. Throws CliError where a rule is not known. */
export function requiredRules(config: XgtConfig): Set<string> {
  return new Set(config.require.map((rule) => ruleId(rule, config)));
}

function ruleId(wanted: string, { path }: XgtConfig): string {
  const rule = catalogueRule(wanted);
  if (rule !== undefined) return rule.id;
  const names = catalogue.flatMap(({ id, name }) => [id, name]);
  throw new CliError(
    `${path}: no rule is called ${wanted}${suggestion(wanted, names)}; \`xgt rules\` lists all`,
  );
}
