import { jsonText } from "@xgt/findings";
import { readScenarios, type Scenario } from "@xgt/lab";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import { labErrorsAsCliErrors } from "./lab-machine.ts";

/** Prints every scenario with what it needs and what its replay must show. Throws CliError. */
export async function labList(format: "text" | "json", io: Io): Promise<number> {
  const scenarios = await allScenarios();
  if (format === "text") {
    for (const scenario of scenarios) await io.stdout.write(`${scenarioLine(scenario)}\n`);
    return ExitStatus.clean;
  }
  const listed = scenarios.map((scenario) => ({
    name: scenario.name,
    title: scenario.title,
    needs: needsOf(scenario),
    expected: [...scenario.expected],
  }));
  for (const piece of jsonText({ version: 1, scenarios: listed })) await io.stdout.write(piece);
  await io.stdout.write("\n");
  return ExitStatus.clean;
}

/** Every scenario of the lab, by name. Throws CliError. */
export async function allScenarios(): Promise<Scenario[]> {
  return labErrorsAsCliErrors(readScenarios);
}

/** The words of its "# needs:". */
function needsOf(scenario: Scenario): string[] {
  return [...(scenario.needsDma ? ["dma"] : []), ...scenario.groups];
}

function scenarioLine(scenario: Scenario): string {
  const what = scenario.expected.length === 0 ? "clean" : scenario.expected.join(" ");
  const needs = needsOf(scenario);
  const needing = needs.length === 0 ? "" : ` (needs ${needs.join(", ")})`;
  return `${scenario.name.padEnd(18)} ${scenario.title}${needing}; expected: ${what}`;
}
