import type { Undecided } from "@xgt/findings";
import type { Mode } from "../state/domain.ts";
import type { UnmodelledCalls } from "./modelled-calls.ts";

/** Frames of one domain by kind at the end; hole and unknown count gfns of RAM banks only. */
export interface FrameCounts {
  readonly own: number;
  readonly hole: number;
  readonly grant: number;
  readonly foreign: number;
  readonly xen: number;
  readonly mmio: number;
  readonly identity: number;
  readonly unknown: number;
}

/** `count` gfns of one kind in a row; mfns follow the gfns. */
export interface MapRun {
  readonly gfn: number;
  readonly count: number;
  /** Name of a FrameKind. */
  readonly kind: string;
  /** Frame behind the first gfn; null: none or not known. */
  readonly mfn: number | null;
  readonly readOnly: boolean;
  /** grant: the handle (runs of one frame); null: none or not known. */
  readonly handle: number | null;
  /** foreign: the domain; null: none or not known. */
  readonly domid: number | null;
}

export interface DomainResult {
  readonly domid: number;
  /** It made calls, has DMAs or changed its own table; otherwise it is only listed. */
  readonly acted: boolean;
  readonly mode: Mode;
  readonly ramKnown: boolean;
  readonly frames: FrameCounts;
  readonly handlesLive: number;
  readonly handlesPeak: number;
  readonly exceptionsPeak: number;
  /** Calls by sub-op name. */
  readonly calls: ReadonlyMap<string, number>;
}

/** Halves and records that a replay could not join, place or model; shown to the user, never silent. */
export interface ReplayCounters {
  entersWithoutExit: number;
  exitsWithoutEnter: number;
  /** Records that the log says are missing. */
  lost: number;
  /** Grant ops that calls counted but the log does not show. */
  opsNotRecorded: number;
  /** Pages of DMAs that were not looked at: one that is larger than any real one, or too many large ones. */
  dmaPagesNotSeen: number;
  /** Entries of guests' own tables at a pfn that no p2m reaches, which were not followed. */
  entriesNotFollowed: number;
  /** Times that all of a domain's state became unknown, by reason. */
  readonly forgotten: Map<string, number>;
}

export interface ReplayResult {
  /** Events numbered (marks are not). */
  readonly events: number;
  /** Extents, grant ops, batch items and single calls. */
  readonly operations: number;
  /** First and last time; null: none recorded. */
  readonly timeFirst: number | null;
  readonly timeLast: number | null;
  readonly domains: readonly DomainResult[];
  readonly undecided: readonly Undecided[];
  /** Calls that may have changed a p2m in a way that the model does not follow. */
  readonly unmodelled: readonly UnmodelledCalls[];
  /** Modelled calls, grant entries, entries of guests' own tables and DMAs: 0 where nothing was there to check. */
  readonly checked: number;
  /** Checks that ended on something unknown. */
  readonly indeterminate: number;
  readonly counters: Readonly<ReplayCounters>;
}
