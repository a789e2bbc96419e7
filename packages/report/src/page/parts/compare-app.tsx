import type { HeadComparison } from "../../head/page-head.ts";
import { changeVerdictOf } from "../model/verdict.ts";
import type { PageController } from "../state/page-controller.ts";
import { ComparePanel } from "./compare-panel.tsx";
import { MapPanel } from "./map-panel.tsx";
import { PageFrame } from "./page-frame.tsx";
import { runWords } from "./page-header.tsx";
import { Readout } from "./readout.tsx";
import { StoryPanel } from "./story-panel.tsx";
import { useObserved } from "./use-observed.ts";
import { useTheme } from "./use-theme.ts";

/** The page of two runs, before and after a change: two maps with one scale of rows, one story below the other. */
export function CompareApp(props: {
  before: PageController;
  after: PageController;
  comparison: HeadComparison;
}) {
  const { before, after, comparison } = props;
  const states = { before: useObserved(before.state), after: useObserved(after.state) };
  const { theme, change } = useTheme(after);
  const heads = [before.run.head, after.run.head];
  const [words] = runWords(after.run.head);
  const files = heads.map((head) => runWords(head)[2]);
  return (
    <PageFrame
      page={after}
      verdict={changeVerdictOf(comparison, heads)}
      about={[`before: ${files[0]}`, `after: ${files[1]}`, words]}
      changeTheme={change}
    >
      <main class="two">
        <ComparePanel before={before} after={after} states={states} comparison={comparison} />
        <div class="pair">
          <MapPanel
            title="Before"
            legend={false}
            page={before}
            state={states.before}
            theme={theme}
            readout={null}
          />
          <MapPanel title="After" page={after} state={states.after} theme={theme} readout={<Readout />} />
        </div>
        <div class="pair">
          <StoryPanel title="before the change" page={before} state={states.before} theme={theme} />
          <StoryPanel title="after the change" page={after} state={states.after} theme={theme} />
        </div>
      </main>
    </PageFrame>
  );
}
