import type { RuleInput } from "../rules/kinds/rule.ts";
import type { Domain } from "../state/domain.ts";
import { type ReplaySetup, type RunFacts, specsOf } from "../state/setup.ts";

/** What rules need and a replay is given before its first event. */
export function inputsOf(setup: ReplaySetup, run: RunFacts, domains: Iterable<Domain>): Set<RuleInput> {
  const inputs = new Set<RuleInput>();
  const specs = specsOf(setup);
  const all = [...domains];
  if (run.fromBoot) inputs.add("from-boot");
  if (run.features !== undefined) inputs.add("features");
  if (run.xen !== null) inputs.add("xen-version");
  if (all.find(({ domid }) => domid === run.defaultDomid)?.mode !== "unknown") inputs.add("mode");
  if (specs.some((spec) => spec.ram !== undefined)) inputs.add("ram");
  if (specs.some((spec) => spec.regions.some((region) => region.name === "extended"))) inputs.add("regions");
  if (all.some((domain) => domain.grants.allSeen)) inputs.add("grant-entries");
  return inputs;
}
