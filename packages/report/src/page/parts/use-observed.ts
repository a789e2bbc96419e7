import { useEffect, useState } from "preact/hooks";
import type { Observed } from "../state/page-state.ts";

/** The value of what is observed; the part is drawn anew when it changes. */
export function useObserved<T>(observed: Observed<T>): T {
  const [, again] = useState(0);
  useEffect(() => observed.listen(() => again((count) => count + 1)), [observed]);
  return observed.value;
}
