import { useEffect, useState } from "preact/hooks";
import type { Observed, PageState } from "../state/page-state.ts";
import { printing } from "../state/printing.ts";
import { useObserved } from "./use-observed.ts";

const dark = matchMedia("(prefers-color-scheme: dark)");

/** Who keeps which theme was chosen: a page. */
interface ThemeOwner {
  readonly state: Observed<PageState> | Observed<Pick<PageState, "theme">>;
  set(change: Pick<PageState, "theme">): void;
}

/** The theme at hand, which the style sheet follows: as it was chosen, else as the system has it; light on paper. */
export function useTheme(page: ThemeOwner): { theme: "light" | "dark"; change: () => void } {
  const { theme: chosen } = useObserved(page.state as Observed<Pick<PageState, "theme">>);
  const isPrinted = useObserved(printing);
  const [isSystemDark, setSystemDark] = useState(dark.matches);
  useEffect(() => {
    const follow = () => setSystemDark(dark.matches);
    dark.addEventListener("change", follow);
    return () => dark.removeEventListener("change", follow);
  }, []);
  const theme = isPrinted ? "light" : chosen !== "" ? chosen : isSystemDark ? "dark" : "light";
  document.documentElement.dataset.theme = theme;
  return { theme, change: () => page.set({ theme: theme === "dark" ? "light" : "dark" }) };
}
