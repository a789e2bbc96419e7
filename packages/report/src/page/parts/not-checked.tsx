import { printable } from "@xgt/findings";
import type { HeadUndecided } from "../../head/page-head.ts";
import { counted } from "../model/texts.ts";
import type { PageController } from "../state/page-controller.ts";
import type { PageState } from "../state/page-state.ts";
import { uncheckedRules } from "./page-header.tsx";

/** What the run could not decide, why, and what to record so that it can. */
export function NotChecked({ page, state }: { page: PageController; state: PageState }) {
  const { head } = page.run;
  const rules = uncheckedRules(head).length;
  const title =
    rules === 0
      ? `All ${head.rulesChecked} rules could be checked`
      : `Not checked: ${rules} of ${head.rulesChecked} rules`;
  const sentences = [head.nothing ?? "", ...head.doubts, ...head.leftOut].filter((text) => text !== "");
  return (
    <details
      class="nc"
      open={state.notChecked}
      onToggle={(event) => page.set({ notChecked: event.currentTarget.open })}
    >
      <summary>{title}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <section class="in" tabIndex={0} aria-label="rules that were not checked">
        {sentences.map((text) => (
          <p class="ncr" key={text}>
            {printable(text)}
          </p>
        ))}
        {reasons(head.undecided).map(({ why, record, ids }) => (
          <div class="ncr" key={why}>
            <span class="m">{ids.join(" ")}</span> {printable(why)}
            {record !== null && <div class="do">{record}</div>}
          </div>
        ))}
        {sentences.length === 0 && (
          <p class="ncr do">No record was lost; every line was read. This page holds all of the run.</p>
        )}
        <p class="ncr do">{`${counted(head.operations, "operation")} in ${counted(head.events, "event")}.`}</p>
      </section>
    </details>
  );
}

/** Undecided rules by the reason. */
function reasons(
  undecided: readonly HeadUndecided[],
): { why: string; record: string | null; ids: string[] }[] {
  const byReason = new Map<string, { why: string; record: string | null; ids: string[] }>();
  for (const { rule, why, record } of undecided) {
    const reason = byReason.get(why);
    if (reason === undefined) byReason.set(why, { why, record, ids: [rule] });
    else reason.ids.push(rule);
  }
  return [...byReason.values()];
}
