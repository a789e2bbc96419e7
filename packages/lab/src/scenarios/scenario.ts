import { guestSources, sourcesIn } from "../host/guest-sources.ts";
import { LabError } from "../host/lab-error.ts";
import { packageGroups } from "../host/package-groups.ts";
import { SCENARIO_SECONDS } from "../limits.ts";

/** What "# needs:" may say beside the names of package groups: a disk and events of real DMA, and Dom0's rights. */
const DMA = "dma";
const DOM0 = "dom0";

/** What a scenario is for, and what its replay must show. Read from the comments at the head of its script. */
export interface Scenario {
  /** The file's name without ".sh". */
  readonly name: string;
  /** One line for people. */
  readonly title: string;
  /** Rules that must be found; empty: it must replay without a warning or an error. */
  readonly expected: readonly string[];
  /** It needs the emulated NVMe disk, and events of real DMA. */
  readonly needsDma: boolean;
  /** It needs what only Dom0 may do. */
  readonly needsDom0: boolean;
  /** Names of the package groups that it needs. */
  readonly groups: readonly string[];
  /** Seconds that the script may take. */
  readonly seconds: number;
  /** The shell script's text. */
  readonly script: string;
}

/** All scenarios of the lab, in the order of their scripts' names (guest/scenarios). Throws LabError. */
export async function readScenarios(): Promise<Scenario[]> {
  const scripts = [...sourcesIn(await guestSources(), "scenarios")];
  return scripts
    .filter(([name]) => name.endsWith(".sh"))
    .map(([name, script]) => scenarioOf(name.slice(0, -".sh".length), script));
}

/** A scenario from its script: `# title:`, `# expect: G04 G29` or `# expect: clean`, `# needs: dma toolstack`, `# seconds: 60`. */
export function scenarioOf(name: string, script: string): Scenario {
  const facts = new Map(
    [...script.matchAll(/^# (\w+): (.*)$/gm)].map((match) => [match[1], match[2].trim()]),
  );
  const title = facts.get("title");
  const expected = facts.get("expect");
  if (title === undefined || expected === undefined) {
    throw new LabError(`scenario ${name}: its head lacks "# title:" or "# expect:"`);
  }
  const needs = facts.get("needs")?.split(/\s+/) ?? [];
  const words = [DMA, DOM0, ...packageGroups.map((group) => group.name)];
  const unknown = needs.find((word) => !words.includes(word));
  if (unknown !== undefined) {
    throw new LabError(
      `scenario ${name}: its "# needs:" says ${unknown}, which is none of ${words.join(", ")}`,
    );
  }
  return {
    name,
    title,
    expected: expected === "clean" ? [] : expected.split(/\s+/),
    needsDma: needs.includes(DMA),
    needsDom0:
      needs.includes(DOM0) ||
      packageGroups.some(({ name, startsDomus }) => startsDomus && needs.includes(name)),
    groups: needs.filter((word) => word !== DMA && word !== DOM0),
    seconds: Number(facts.get("seconds") ?? SCENARIO_SECONDS),
    script,
  };
}
