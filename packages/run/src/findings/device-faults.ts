import { type Cause, causeKey, type Finding } from "@xgt/findings";
import { FRAMES_TOLD_APART } from "../limits.ts";

/** A finding that is kept, and counted on. */
export type Kept = { -readonly [key in keyof Finding]: Finding[key] };

/** Findings of one device and cause, each at other frames. */
interface DeviceFault {
  readonly first: Kept;
  /** All of them, the first one too, until they are one. */
  members: Kept[];
}

/**
 * A device that is driven wrongly is so with every page: the findings of one device and cause are told apart up to
 * FRAMES_TOLD_APART of them; then the first one stands for all, counted and with the place of the last.
 */
export class DeviceFaults {
  private readonly byKey = new Map<string, DeviceFault>();

  /** True where a finding that stands for all of its device and cause has counted this one. */
  counts(finding: Finding, cause: Cause): boolean {
    const fault = this.byKey.get(keyOf(finding, cause));
    if (fault === undefined || fault.members.length > 0) return false;
    again(fault.first, finding);
    return true;
  }

  /** A finding that is kept, with its cause. Returns those that are no findings of their own any more. */
  kept(finding: Kept, cause: Cause): readonly Kept[] {
    if (finding.gfn === null || cause.operation !== "DMA") return [];
    const key = keyOf(finding, cause);
    const fault = this.byKey.get(key);
    if (fault === undefined) {
      this.byKey.set(key, { first: finding, members: [finding] });
      return [];
    }
    fault.members.push(finding);
    if (fault.members.length <= FRAMES_TOLD_APART) return [];
    const [first, ...others] = fault.members;
    fault.members = [];
    for (const other of others) {
      first.occurrences += other.occurrences;
      first.lastEvent = other.lastEvent;
      first.lastLocation = other.lastLocation;
    }
    first.message += "; the same with DMAs of other frames";
    return others;
  }
}

/** Counts a fault that came again. */
export function again(kept: Kept, finding: Finding): void {
  kept.occurrences++;
  kept.lastEvent = finding.event;
  kept.lastLocation = finding.location;
}

/** The device is part of what a finding of a DMA says; numbers of frames and events are not. */
function keyOf(finding: Finding, cause: Cause): string {
  return JSON.stringify([
    causeKey(cause),
    finding.certain,
    finding.message.replace(/\b(event |0x)[0-9a-f]+/g, "#"),
  ]);
}
