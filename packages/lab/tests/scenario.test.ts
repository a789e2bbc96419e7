import { rules } from "@xgt/p2m-tracker";
import { describe, expect, it } from "vitest";
import { LabError } from "../src/host/lab-error.ts";
import { readScenarios, scenarioOf } from "../src/scenarios/scenario.ts";

describe("scenarios", () => {
  it("read what a script's head says", () => {
    const script = "# title: two faults\n# expect: G04 G29\n# needs: dma toolstack\n# seconds: 60\ntrue\n";
    expect(scenarioOf("two", script)).toEqual({
      name: "two",
      title: "two faults",
      expected: ["G04", "G29"],
      needsDma: true,
      needsDom0: true,
      groups: ["toolstack"],
      seconds: 60,
      script,
    });
  });

  it("need nothing where their head says so", () => {
    const { needsDma, needsDom0, groups } = scenarioOf("plain", "# title: plain\n# expect: clean\n");
    expect({ needsDma, needsDom0, groups }).toEqual({ needsDma: false, needsDom0: false, groups: [] });
  });

  it("need Dom0 where they say so, or start domains", () => {
    const needsDom0 = (needs: string) =>
      scenarioOf("any", `# title: any\n# expect: clean\n# needs: ${needs}\n`).needsDom0;
    expect(["dma", "dma dom0", "toolstack", "trace-cmd"].map(needsDom0)).toEqual([false, true, true, false]);
  });

  it("cannot need what the lab does not have", () => {
    const script = "# title: odd\n# expect: clean\n# needs: dma luck\n";
    expect(() => scenarioOf("odd", script)).toThrow(
      /says luck, which is none of dma, dom0, toolstack, trace-cmd/,
    );
  });

  it("must say what they are for", () => {
    expect(() => scenarioOf("bare", "true\n")).toThrow(LabError);
  });

  it("of the project expect rules that exist", async () => {
    const scenarios = await readScenarios();
    const known = new Set(rules.map(({ id }) => id));
    expect(scenarios.length).toBeGreaterThan(1);
    for (const { expected } of scenarios) for (const id of expected) expect(known).toContain(id);
  });
});
