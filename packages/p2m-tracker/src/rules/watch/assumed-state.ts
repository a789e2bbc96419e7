import type { Change } from "../../state/machine.ts";
import type { RuleHost } from "../kinds/rule.ts";

/**
 * Whether what the gfn held before is only assumed: the log began late and no call touched the gfn since. RAM is then
 * taken for own, which is wrong where it was ballooned out before.
 */
export function isAssumed(change: Change, host: RuleHost): boolean {
  return !host.fromBoot && change.oldEvent === 0;
}
