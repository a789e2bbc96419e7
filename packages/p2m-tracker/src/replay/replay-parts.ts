import type { Machine } from "../state/machine.ts";
import type { ReplaySetup, RunFacts } from "../state/setup.ts";
import type { CallCounts } from "./call-counts.ts";
import type { CallHalves } from "./call-halves.ts";
import type { DmaOffsets } from "./dma-offsets.ts";
import type { DmaTracker } from "./dma-tracker.ts";
import type { DomainLives } from "./domain-lives.ts";
import type { RecorderGaps } from "./recorder-gaps.ts";
import type { ReplayHost } from "./replay-host.ts";
import type { ReplayTally } from "./replay-tally.ts";

/** What one replay is made of: both ways of an event, and the result at the end, work on the same. */
export interface ReplayParts {
  readonly setup: ReplaySetup;
  readonly run: RunFacts;
  readonly machine: Machine;
  readonly host: ReplayHost;
  readonly lives: DomainLives;
  readonly calls: CallHalves;
  readonly dma: DmaTracker;
  readonly offsets: DmaOffsets;
  readonly gaps: RecorderGaps;
  readonly counts: CallCounts;
  readonly tally: ReplayTally;
}
