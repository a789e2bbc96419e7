import { counted } from "@xgt/findings";
import type { FleetSubOp } from "../merge/fleet-answer.ts";

/** "480 calls in 40 runs, 1 short count, 2 refused calls, 8 refused ops". */
export function subOpText({ runs, calls, shortCounts, refusedCalls, refusedOps }: FleetSubOp): string {
  const unmet = [
    shortCounts > 0 ? counted(shortCounts, "short count") : "",
    refusedCalls > 0 ? counted(refusedCalls, "refused call") : "",
    refusedOps > 0 ? counted(refusedOps, "refused op") : "",
  ].filter((text) => text !== "");
  return [`${counted(calls, "call")} in ${counted(runs, "run")}`, ...unmet].join(", ");
}
