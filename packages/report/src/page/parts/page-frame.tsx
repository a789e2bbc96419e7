import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { Verdict } from "../model/verdict.ts";
import { focusTargets, pressKey } from "../state/keys.ts";
import type { PageController } from "../state/page-controller.ts";
import { printing } from "../state/printing.ts";
import { HelpDialog } from "./help-dialog.tsx";
import { PageHeader } from "./page-header.tsx";
import { SearchBox } from "./search-box.tsx";

interface PageFrameProps {
  /** The run that keys and search are about. */
  readonly page: PageController;
  readonly verdict: Verdict;
  readonly about: readonly string[];
  readonly changeTheme: () => void;
  readonly children: ComponentChildren;
}

/** What every page has: the verdict, search, keys, help. */
export function PageFrame({ page, verdict, about, changeTheme, children }: PageFrameProps) {
  useEffect(() => {
    focusTargets.theme = changeTheme;
  }, [changeTheme]);
  useEffect(() => listen(page), [page]);
  return (
    <>
      <PageHeader verdict={verdict} about={about}>
        <SearchBox page={page} />
        <button
          type="button"
          class="ib"
          aria-label="dark or light"
          title="dark or light (t)"
          onClick={changeTheme}
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
      {children}
      <HelpDialog />
    </>
  );
}

function listen(page: PageController): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  const onKeyDown = (event: KeyboardEvent) => {
    if (pressKey(page, event)) event.preventDefault();
  };
  addEventListener("keydown", onKeyDown, { signal });
  addEventListener("hashchange", () => page.load(), { signal });
  addEventListener("beforeprint", () => printing.set(true), { signal });
  addEventListener("afterprint", () => printing.set(false), { signal });
  document.documentElement.dataset.ready = "1";
  return () => ended.abort();
}
