import type { Cause } from "@xgt/findings";
import type { CommonValue, FleetCause } from "../merge/fleet-answer.ts";

/** "at DMA, since map_grant_ref, by blkback": what the findings of a cause have in common; empty: nothing is known. */
export function byText({ operation, causedBy, comm }: Cause): string {
  return [
    operation === "" ? "" : `at ${operation}`,
    causedBy === "" || causedBy === operation ? "" : `since ${causedBy}`,
    comm === "" ? "" : `by ${comm}`,
  ]
    .filter((text) => text !== "")
    .join(", ");
}

/** "all with kernel 6.12.*, board b"; empty: nothing. */
export function commonText(common: readonly CommonValue[]): string {
  return common.length === 0
    ? ""
    : `all with ${common.map(({ key, value }) => `${key} ${value}`).join(", ")}`;
}

/** " (120 of 600 before)"; empty: the fleet is held against none that has it. */
export function beforeText({ before }: Pick<FleetCause, "before">): string {
  return before === undefined ? "" : ` (${before.runs} of ${before.of} before)`;
}
