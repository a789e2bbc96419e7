import { verdictOf } from "../model/verdict.ts";
import type { PageController } from "../state/page-controller.ts";
import { FindingsPanel } from "./findings-panel.tsx";
import { MapPanel } from "./map-panel.tsx";
import { PageFrame } from "./page-frame.tsx";
import { runWords } from "./page-header.tsx";
import { Readout } from "./readout.tsx";
import { StoryPanel } from "./story-panel.tsx";
import { useObserved } from "./use-observed.ts";
import { useTheme } from "./use-theme.ts";

/** The page of one run. */
export function PageApp({ page }: { page: PageController }) {
  const state = useObserved(page.state);
  const { theme, change } = useTheme(page);
  const { head } = page.run;
  return (
    <PageFrame page={page} verdict={verdictOf(head)} about={runWords(head)} changeTheme={change}>
      <main>
        <FindingsPanel page={page} state={state} />
        <MapPanel page={page} state={state} theme={theme} readout={<Readout />} />
        <StoryPanel page={page} state={state} theme={theme} />
      </main>
    </PageFrame>
  );
}
