import type { Region } from "@xgt/hypercall-log";
import type { Change } from "../../state/machine.ts";

/** The region that Xen had mapped by itself and that a change covers; undefined: the gfn lies in none, or had changed before. */
export function coveredRegion(change: Change): Region | undefined {
  return change.oldEvent === 0 ? change.domain.madeByXenAt(change.gfn) : undefined;
}
