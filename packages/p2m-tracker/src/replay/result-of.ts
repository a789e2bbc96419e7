import { rules } from "../rules/index.ts";
import type { Domain } from "../state/domain.ts";
import { inputsOf } from "./known-inputs.ts";
import { countFrames } from "./map-runs.ts";
import type { ReplayParts } from "./replay-parts.ts";
import type { ReplayResult } from "./replay-result.ts";
import { undecidedRules } from "./undecided.ts";

/** What a replay that is over has counted. */
export function resultOf(parts: ReplayParts): ReplayResult {
  const { machine, tally, counts, host, setup, run } = parts;
  const domains = [...machine.domains.values()].sort((a, b) => a.domid - b.domid);
  return {
    events: machine.event,
    operations: tally.operations,
    timeFirst: tally.timeFirst,
    timeLast: tally.timeLast,
    domains: domains.map((domain) => domainResult(parts, domain)),
    undecided: undecidedRules(rules, inputsOf(setup, run, domains, tally.inputs), host.open),
    unmodelled: counts.modelled.unmodelled,
    checked: counts.modelled.modelled + tally.checkedEvents,
    indeterminate: host.indeterminateCount,
    counters: counts.counters,
  };
}

function domainResult({ lives, counts }: ReplayParts, domain: Domain): ReplayResult["domains"][number] {
  const calls = counts.of(domain.domid);
  return {
    domid: domain.domid,
    acted: lives.hasActed(domain.domid) || calls.size > 0,
    mode: domain.mode,
    ramKnown: domain.ram !== undefined,
    frames: countFrames(domain),
    handlesLive: domain.maptrack.live,
    handlesPeak: domain.maptrack.livePeak,
    exceptionsPeak: domain.exceptionsPeak,
    calls,
  };
}
