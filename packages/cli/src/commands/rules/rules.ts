import { type JsonValue, jsonText } from "@xgt/findings";
import { Command, Option } from "commander";
import { UsageError } from "../../terminal/cli-error.ts";
import { type ColorMode, colorModes, columnsOf, paletteFor } from "../../terminal/color.ts";
import { ExitStatus } from "../../terminal/exit-status.ts";
import { suggestion } from "../../terminal/nearest.ts";
import { openOutput } from "../../terminal/output-file.ts";
import type { BuildCommand, CommandContext } from "../command-entry.ts";
import { type CatalogueRule, catalogue, catalogueRule } from "./rule-catalogue.ts";
import { ruleTable, ruleText } from "./rules-text.ts";

const HELP = `
Rules: G, the guest left 1:1 or will; H, the log contradicts what that Xen can answer;
I, worth knowing; L, a static layout (xgt layout check) is not what Xen or a 1:1 guest needs.

In a terminal what is longer than a screen goes through PAGER (less).

Examples:
  xgt rules                                  the catalogue
  xgt rules G44                              one rule: what, why, fix, Xen's source, two logs
  xgt rules dma-to-hole                      the same by name
  xgt rules G44 --example breaks | xgt replay -
  xgt rules -f json | jq -r '.rules[] | select(.severity == "error") | .id'

Exit status:
  0    done
  2    wrong use, or no such rule`;

interface RulesOptions {
  format: "text" | "json";
  example?: "keeps" | "breaks";
  output?: string;
  color: ColorMode;
}

/** The rule catalogue. */
export const buildRules: BuildCommand = (context) =>
  new Command("rules")
    .description(
      "Print the rule catalogue, or one rule: what, why, fix, Xen's source, example logs or trees.",
    )
    .argument("[ID]", "a rule's id or name, as in G44 or dma-to-hole")
    .addOption(
      new Option("-f, --format <FORMAT>", "form of the answer").choices(["text", "json"]).default("text"),
    )
    .addOption(
      new Option("--example <WHICH>", "print only the log or tree that keeps or breaks the rule").choices([
        "keeps",
        "breaks",
      ]),
    )
    .option("-o, --output <FILE>", "write to FILE, as a whole or not at all; - is standard output")
    .addOption(new Option("--color <WHEN>", "colours").choices(colorModes).default("auto"))
    .addHelpText("after", HELP)
    .action(async (id: string | undefined, options: RulesOptions) => {
      context.exit(await rulesCommand(id, options, context));
    });

async function rulesCommand(
  wanted: string | undefined,
  options: RulesOptions,
  { io }: CommandContext,
): Promise<number> {
  const chosen = wanted === undefined ? catalogue : [ruleNamed(wanted)];
  if (options.example !== undefined && wanted === undefined) {
    throw new UsageError("xgt rules", "--example needs a rule: xgt rules G44 --example breaks");
  }
  const output = openOutput(options.output, io, { command: "xgt rules", inputs: [] });
  try {
    const palette = paletteFor(options.color, output, io);
    if (options.example !== undefined) {
      await output.write(options.example === "keeps" ? chosen[0].passing : chosen[0].failing);
    } else if (options.format === "json") {
      for (const piece of jsonText({ version: 1, rules: chosen.map(ruleJson) })) await output.write(piece);
      await output.write("\n");
    } else {
      const columns = columnsOf(output);
      const text =
        wanted === undefined ? ruleTable(catalogue, palette, columns) : ruleText(chosen[0], palette, columns);
      await (output.isFile || io.page === undefined ? output.write(text) : io.page(text));
    }
    output.commit();
  } catch (error) {
    output.discard();
    throw error;
  }
  return ExitStatus.clean;
}

function ruleNamed(wanted: string): CatalogueRule {
  const rule = catalogueRule(wanted);
  if (rule !== undefined) return rule;
  const names = catalogue.flatMap((candidate) => [candidate.id, candidate.name]);
  throw new UsageError(
    "xgt rules",
    `no rule is called ${wanted}${suggestion(wanted, names)}; \`xgt rules\` lists all`,
  );
}

function ruleJson(rule: CatalogueRule): JsonValue {
  const { id, name, severity, what, why, fix, source, needs, passing, failing } = rule;
  return { id, name, severity, what, why, fix, source, needs, passing, failing };
}
