import { type JsonValue, jsonText } from "@xgt/findings";
import { Command, Option } from "commander";
import { UsageError } from "../../terminal/cli-error.ts";
import { type ColorMode, colorModes, columnsOf, paletteFor } from "../../terminal/color.ts";
import { ExitStatus } from "../../terminal/exit-status.ts";
import { suggestion } from "../../terminal/nearest.ts";
import { openOutput } from "../../terminal/output-file.ts";
import type { BuildCommand, CommandContext } from "../command-entry.ts";
import { type CatalogueRule, catalogue, catalogueRule, searchRules } from "./rule-catalogue.ts";
import { ruleTable, ruleText } from "./rules-text.ts";

const HELP = `
Rules: G, the guest left 1:1 or will; H, the log contradicts what that Xen can answer;
I, worth knowing; L, a static layout (xgt layout check) is not what Xen or a 1:1 guest needs.

In a terminal what is longer than a screen goes through PAGER (less).

Examples:
  xgt rules                                  the catalogue
  xgt rules G44                              one rule: what, why, fix, Xen's source, two logs
  xgt rules dma-to-hole                      the same by name
  xgt rules grant --severity error           rules about grants that report errors
  xgt rules --family H                       one family: G, H, I or L
  xgt rules G44 --example breaks | xgt replay -
  xgt rules G43 --example repairs | xgt replay -
  xgt rules -f json | jq -r '.rules[] | select(.severity == "error") | .id'

Exit status:
  0    done
  2    wrong use, or no such rule`;

interface RulesOptions {
  format: "text" | "json";
  example?: "keeps" | "breaks" | "repairs";
  severity?: string;
  family?: string;
  output?: string;
  color: ColorMode;
}

/** The rule catalogue. */
export const buildRules: BuildCommand = (context) =>
  new Command("rules")
    .description(
      "Print the rule catalogue, or one rule: what, why, fix, Xen's source, example logs or trees.",
    )
    .argument("[RULE...]", "a rule's id or name, as in G44 or dma-to-hole, or words to look for")
    .addOption(
      new Option("-f, --format <FORMAT>", "form of the answer").choices(["text", "json"]).default("text"),
    )
    .addOption(
      new Option("--example <WHICH>", "print only the log or tree that keeps or breaks the rule").choices([
        "keeps",
        "breaks",
        "repairs",
      ]),
    )
    .addOption(
      new Option("--severity <SEVERITY>", "only rules of this severity").choices([
        "error",
        "warning",
        "info",
      ]),
    )
    .addOption(new Option("--family <LETTER>", "only rules of this family").choices(["G", "H", "I", "L"]))
    .option("-o, --output <FILE>", "write to FILE, as a whole or not at all; - is standard output")
    .addOption(new Option("--color <WHEN>", "colours").choices(colorModes).default("auto"))
    .addHelpText("after", HELP)
    .action(async (words: readonly string[], options: RulesOptions) => {
      context.exit(await rulesCommand(words, options, context));
    });

async function rulesCommand(
  words: readonly string[],
  options: RulesOptions,
  { io }: CommandContext,
): Promise<number> {
  const one = words.length === 1 ? catalogueRule(words[0]) : undefined;
  const chosen = one === undefined ? filtered(words, options) : [one];
  const example = options.example === undefined ? undefined : exampleOf(one, options.example);
  const output = openOutput(options.output, io, { command: "xgt rules", inputs: [] });
  try {
    const palette = paletteFor(options.color, output, io);
    if (example !== undefined) await output.write(example);
    else if (options.format === "json") {
      for (const piece of jsonText({ version: 1, rules: chosen.map(ruleJson) })) await output.write(piece);
      await output.write("\n");
    } else {
      const columns = columnsOf(output);
      const text =
        one === undefined ? ruleTable(chosen, palette, columns) : await ruleText(one, palette, columns);
      await (output.isFile || io.page === undefined ? output.write(text) : io.page(text));
    }
    output.commit();
  } catch (error) {
    output.discard();
    throw error;
  }
  return ExitStatus.clean;
}

/** The rules that hold all words, of the severity and family asked for. Throws UsageError where there is none. */
function filtered(words: readonly string[], { severity, family }: RulesOptions): readonly CatalogueRule[] {
  const found = searchRules(words).filter(
    (rule) =>
      (severity === undefined || rule.severity === severity) &&
      (family === undefined || rule.id.startsWith(family)),
  );
  if (found.length > 0) return found;
  const wanted = words.join(" ");
  const names = catalogue.flatMap((candidate) => [candidate.id, candidate.name]);
  const nearest = words.length === 1 ? suggestion(wanted, names) : "";
  throw new UsageError(
    "xgt rules",
    `no rule is called ${wanted}, or tells of it${nearest}; \`xgt rules\` lists all`,
  );
}

/** A rule's example log or tree. Throws UsageError. */
function exampleOf(rule: CatalogueRule | undefined, which: "keeps" | "breaks" | "repairs"): string {
  if (rule === undefined)
    throw new UsageError("xgt rules", "--example needs a rule: xgt rules G44 --example breaks");
  const text = { keeps: rule.passing, breaks: rule.failing, repairs: rule.repaired }[which];
  if (text === undefined)
    throw new UsageError(
      "xgt rules",
      `nothing makes good what breaks ${rule.id}${rule.beyondRepair === undefined ? "" : `: ${rule.beyondRepair}`}`,
    );
  return text;
}

function ruleJson(rule: CatalogueRule): JsonValue {
  const { id, name, severity, what, why, fix, source, needs, passing, failing, repaired, beyondRepair } =
    rule;
  return {
    ...{ id, name, severity, what, why, fix, source, needs, passing, failing },
    repaired: repaired ?? null,
    beyond_repair: beyondRepair ?? null,
  };
}
