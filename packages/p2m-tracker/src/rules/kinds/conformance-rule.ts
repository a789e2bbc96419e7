import type { ConformanceId } from "../../call/judgement.ts";
import type { Rule, RuleInput } from "./rule.ts";

/** What differs between H rules; their check is the model's own prediction (semantics/*.ts names the rule). */
interface ConformanceText {
  readonly id: ConformanceId;
  readonly name: string;
  readonly what: string;
  readonly source: string;
  /** What to look at first; absent: the general advice. */
  readonly fix?: string;
  readonly needs?: readonly RuleInput[];
  readonly passing: string;
  readonly failing: string;
}

const WHY =
  "The log, the Xen version given for it, or this model of Xen is wrong. The state follows the log; the guest is not accused.";
/** Why no H rule has a log in which the guest makes it good. */
export const ANSWER_STANDS =
  "What Xen is said to have answered stands in the log: nothing that the guest does later changes it.";
const FIX =
  "Check --xen and the recorder first; if both are right, the model is wrong: please report it with this log.";

/** An H rule: the semantics compare each logged result with what that Xen can answer, and name the rule broken. */
export function conformanceRule(text: ConformanceText): Rule {
  return {
    id: text.id,
    name: text.name,
    severity: "warning",
    what: text.what,
    why: WHY,
    fix: text.fix ?? FIX,
    source: text.source,
    needs: text.needs ?? [],
    passing: text.passing,
    failing: text.failing,
    beyondRepair: ANSWER_STANDS,
    watch: () => ({}),
  };
}
