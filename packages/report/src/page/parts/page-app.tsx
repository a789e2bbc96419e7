import { useEffect } from "preact/hooks";
import { verdictOf } from "../model/verdict.ts";
import { focusTargets, pressKey } from "../state/keys.ts";
import type { PageController } from "../state/page-controller.ts";
import { printing } from "../state/printing.ts";
import { FindingsPanel } from "./findings-panel.tsx";
import { HelpDialog } from "./help-dialog.tsx";
import { MapPanel } from "./map-panel.tsx";
import { PageHeader, runWords } from "./page-header.tsx";
import { Readout } from "./readout.tsx";
import { SearchBox } from "./search-box.tsx";
import { StoryPanel } from "./story-panel.tsx";
import { useObserved } from "./use-observed.ts";
import { useTheme } from "./use-theme.ts";

/** The page of one run. */
export function PageApp({ page }: { page: PageController }) {
  const state = useObserved(page.state);
  const { theme, change } = useTheme(page);
  useEffect(() => {
    focusTargets.theme = change;
  }, [change]);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (pressKey(page, event)) event.preventDefault();
    };
    const onHash = () => page.load();
    addEventListener("keydown", onKeyDown);
    addEventListener("hashchange", onHash);
    addEventListener("beforeprint", () => printing.set(true));
    addEventListener("afterprint", () => printing.set(false));
    document.documentElement.dataset.ready = "1";
    return () => {
      removeEventListener("keydown", onKeyDown);
      removeEventListener("hashchange", onHash);
    };
  }, [page]);
  return (
    <>
      <PageHeader verdict={verdictOf(page.run.head)} about={runWords(page.run.head)}>
        <SearchBox page={page} />
        <button
          type="button"
          class="ib"
          aria-label="dark or light"
          title="dark or light (t)"
          onClick={change}
        >
          ◐
        </button>
        <button
          type="button"
          class="ib"
          aria-label="keys"
          title="keys (?)"
          onClick={() => focusTargets.help?.()}
        >
          ?
        </button>
      </PageHeader>
      <main>
        <FindingsPanel page={page} state={state} />
        <MapPanel page={page} state={state} theme={theme} readout={<Readout />} />
        <StoryPanel page={page} state={state} theme={theme} />
      </main>
      <HelpDialog />
    </>
  );
}
