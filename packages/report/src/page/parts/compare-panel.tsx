import { severities } from "@xgt/findings";
import type { HeadComparison } from "../../head/page-head.ts";
import { findingGroups } from "../model/finding-groups.ts";
import type { ModelFinding } from "../model/run-model.ts";
import { counted, numberText } from "../model/texts.ts";
import type { PageController } from "../state/page-controller.ts";
import type { PageState } from "../state/page-state.ts";
import { FindingCard, SeverityButtons } from "./findings-panel.tsx";

interface ComparePanelProps {
  readonly before: PageController;
  readonly after: PageController;
  readonly states: { readonly before: PageState; readonly after: PageState };
  readonly comparison: HeadComparison;
}

const CARDS = 60;

/** Findings of two runs: those that only the second has, those that only the first had, those of both. */
export function ComparePanel({ before, after, states, comparison }: ComparePanelProps) {
  const parts: [ModelFinding["change"], string, PageController, PageState, HeadComparison["added"]][] = [
    ["new", "New", after, states.after, comparison.added],
    ["fixed", "Fixed", before, states.before, comparison.fixed],
    ["unchanged", "Unchanged", after, states.after, comparison.unchanged],
  ];
  return (
    <section class="left" aria-label="findings">
      <div class="bar">
        <h2>Findings</h2>
        <span class="grow" />
        <SeverityButtons page={after} state={states.after} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <section class="list" tabIndex={0} aria-label="list of findings">
        {parts.map(([change, title, page, state, counts]) => (
          <ChangePart key={title} change={change} title={title} page={page} state={state} counts={counts} />
        ))}
        <Behaviour comparison={comparison} />
      </section>
    </section>
  );
}

function ChangePart(props: {
  change: ModelFinding["change"];
  title: string;
  page: PageController;
  state: PageState;
  counts: HeadComparison["added"];
}) {
  const { change, title, page, state, counts } = props;
  const groups = findingGroups(page.run, { ...state, change });
  const words = severities
    .filter((severity) => counts[severity] > 0)
    .map((severity) => {
      return counted(counts[severity], severity === "info" ? "remark" : severity);
    });
  return (
    <>
      <h3 class={`part ${change}`}>
        {title}
        <span class="dim">{words.length === 0 ? "nothing" : words.join(", ")}</span>
      </h3>
      {groups.slice(0, CARDS).map((group) => (
        <FindingCard key={`${title} ${group.key}`} page={page} state={state} group={group} />
      ))}
      {groups.length > CARDS && <p class="dim pad">{`and ${numberText(groups.length - CARDS)} more`}</p>}
    </>
  );
}

/** What the guest did differently, and is no finding. */
function Behaviour({ comparison: { behaviour } }: { comparison: HeadComparison }) {
  if (behaviour.length === 0) return null;
  return (
    <>
      <h3 class="part">
        Behaviour<span class="dim">no finding</span>
      </h3>
      <table class="figures">
        <thead>
          <tr>
            <th>what</th>
            <th>before</th>
            <th>after</th>
          </tr>
        </thead>
        <tbody>
          {behaviour.map(({ what, base, patched }) => (
            <tr key={what}>
              <td>{what}</td>
              <td class="m">{numberText(base)}</td>
              <td class="m">{numberText(patched)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
