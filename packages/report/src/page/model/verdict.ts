import type { HeadComparison, RunHead } from "../../head/page-head.ts";
import { counted } from "./texts.ts";

/** What a run's page says above all else. */
export interface Verdict {
  readonly tone: "error" | "warning" | "good";
  readonly title: string;
  /** What must be known to take the title for what it is. Empty: nothing. */
  readonly but: string;
}

/** The verdict on a run. It is good only where DMA was judged. */
export function verdictOf(head: RunHead): Verdict {
  const { counts, wrongDma, dmaVerdict, nothing } = head;
  if (nothing !== null) {
    return {
      tone: "warning",
      title: "Nothing could be checked",
      but: "The log holds nothing that the rules are about.",
    };
  }
  if (counts.error > 0) return { tone: "error", title: errorTitle(head, wrongDma), but: "" };
  if (dmaVerdict === "absent") {
    const title =
      counts.warning > 0
        ? "No error, but warnings, and no DMA was recorded"
        : "No rule was broken, but no DMA was recorded";
    return { tone: "warning", title, but: "A wrong-frame DMA would not show in this log." };
  }
  if (counts.warning > 0) return { tone: "warning", title: "No error, but warnings", but: "" };
  if (dmaVerdict === "partly") {
    return {
      tone: "warning",
      title: "No rule was broken, as far as DMA could be judged",
      but: "Some checks of DMA ended on something unknown.",
    };
  }
  return { tone: "good", title: "No rule was broken", but: "" };
}

function errorTitle({ findings, counts }: RunHead, wrongDma: number): string {
  const errors = findings.filter(({ severity }) => severity === "error");
  const frames = errors.reduce(
    (set, { domid, gfn }) => (gfn === null ? set : set.add(`${domid}:${gfn}`)),
    new Set<string>(),
  );
  const what =
    wrongDma > 0 ? `${counted(wrongDma, "DMA")} used a wrong frame` : counted(counts.error, "error");
  if (frames.size === 0) return `Rules were broken: ${what}`;
  return `1:1 was lost on ${counted(frames.size, "frame")}: ${what}`;
}

/** The verdict on a change: what the second run has that the first had not. */
export function changeVerdictOf(
  { added, fixed, unchanged }: HeadComparison,
  runs: readonly RunHead[],
): Verdict {
  const kept = unchanged.error > 0 ? `; ${counted(unchanged.error, "error")} as before` : "";
  const mended = fixed.error > 0 ? `, ${counted(fixed.error, "error")} fixed` : "";
  if (added.error > 0) {
    const what = `${counted(added.error, "new error")}${mended}${kept}`;
    return { tone: "error", title: `The change loses 1:1: ${what}`, but: "" };
  }
  const isOpen = runs.some(({ dmaVerdict, nothing }) => dmaVerdict !== "judged" || nothing !== null);
  const but = isOpen ? "Not all DMA of both runs could be judged." : "";
  const title = `No new error${mended}${kept}`;
  const tone = added.warning > 0 || unchanged.error > 0 || isOpen ? "warning" : "good";
  return {
    tone,
    title: added.warning > 0 ? `${title}, but ${counted(added.warning, "new warning")}` : title,
    but,
  };
}
