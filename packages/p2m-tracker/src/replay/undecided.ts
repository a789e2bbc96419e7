import type { Undecided } from "@xgt/findings";
import type { Rule, RuleInput } from "../rules/kinds/rule.ts";

/** Why a rule cannot be decided without an input. */
const reasons: Readonly<Record<RuleInput, string>> = {
  "guest-p2m": "the log holds no events of the guest's own p2m table",
  dma: "the log holds no DMA events",
  "dma-bits": "nothing says how many address bits the devices drive (dma_bits)",
  "grant-entries": "the log holds no grant-table entries",
  shares: "the log holds no events of pages shared with the secure world",
  "domain-events": "the log holds no domain events (suspend, shutdown, destroy)",
  "from-boot": "the log does not begin at boot",
  features: "the header has no feature bits",
  mode: "nothing says whether the domain is direct-mapped",
  ram: "the domain's RAM is not known",
  regions: "the domain's extended regions are not known",
  "xen-version": "the Xen version is not known",
};

/** Rules that lack an input, and rules whose checks ended on something unknown; in order of the catalogue. */
export function undecidedRules(
  rules: readonly Rule[],
  has: ReadonlySet<RuleInput>,
  open: ReadonlyMap<string, ReadonlyMap<string, number>>,
): Undecided[] {
  const list: Undecided[] = [];
  for (const rule of rules) {
    const missing = rule.needs.find((input) => !has.has(input));
    if (missing !== undefined) {
      list.push({ rule: rule.id, name: rule.name, lacks: missing, why: reasons[missing] });
      continue;
    }
    for (const [why, count] of open.get(rule.id) ?? []) {
      list.push({
        rule: rule.id,
        name: rule.name,
        why: `${why} (${count === 1 ? "once" : `${count} times`})`,
      });
    }
  }
  return list;
}
