import type { RuleInput } from "../rules/kinds/rule.ts";
import type { Domain } from "../state/domain.ts";
import { type ReplaySetup, type RunFacts, specsOf } from "../state/setup.ts";

/** What rules need and a replay had: what it was given, and `seen` in its events. */
export function inputsOf(
  setup: ReplaySetup,
  run: RunFacts,
  domains: readonly Domain[],
  seen: ReadonlySet<RuleInput>,
): Set<RuleInput> {
  const inputs = new Set(seen);
  const specs = specsOf(setup);
  if (run.fromBoot) inputs.add("from-boot");
  if (run.features !== undefined) inputs.add("features");
  if (run.xen !== null) inputs.add("xen-version");
  if (domains.some(({ mode }) => mode !== "unknown")) inputs.add("mode");
  if (specs.some((spec) => spec.ram !== undefined)) inputs.add("ram");
  if (specs.some((spec) => spec.regions.some((region) => region.name === "extended"))) inputs.add("regions");
  if (specs.some(({ devices }) => devices?.some(({ dmaBits }) => dmaBits !== undefined)))
    inputs.add("dma-bits");
  if (domains.some((domain) => domain.grants.allSeen)) inputs.add("grant-entries");
  return inputs;
}
