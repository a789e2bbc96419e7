import type { PlanHead } from "../../head/plan-head.ts";
import { counted } from "./texts.ts";
import type { Verdict } from "./verdict.ts";

/** What a plan's page says above all else. */
export function planVerdictOf({ conflict, links, findings, warnings }: PlanHead): Verdict {
  if (conflict.length > 0) {
    return { tone: "error", title: "No layout is possible", but: "These conditions cannot all hold." };
  }
  const moved = links.filter(({ isSame }) => !isSame).length;
  const errors = findings.filter(({ severity }) => severity === "error").length;
  if (errors > 0) return { tone: "error", title: `The layout breaks ${counted(errors, "rule")}`, but: "" };
  if (moved > 0) {
    return {
      tone: "warning",
      title: `Not all is 1:1: ${counted(moved, "range")} at other addresses`,
      but: "",
    };
  }
  const title = `All is 1:1: ${counted(links.length, "range")} at the host's own addresses`;
  if (warnings.length > 0) return { tone: "warning", title: `${title}, but warnings`, but: "" };
  return { tone: "good", title, but: "" };
}
