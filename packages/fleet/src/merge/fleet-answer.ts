import type { Cause } from "@xgt/findings";
import type { CausePlace, SubOpCounts } from "../summary/run-summary.ts";

/** How many runs of one value of a group key have a cause. */
export interface GroupShare {
  /** "kernel". */
  readonly key: string;
  /** "6.12.9". */
  readonly value: string;
  /** Runs with the cause. */
  readonly hit: number;
  /** Runs that have an answer. */
  readonly runs: number;
}

/** What all runs with a cause have in common. */
export interface CommonValue {
  /** "kernel". */
  readonly key: string;
  /** "6.12.9", or "6.12.*" for all that begin so. */
  readonly value: string;
  /** Runs that have an answer and this value, with the cause or without. */
  readonly runs: number;
}

/** A cause in another fleet that this one is held against. */
export interface EarlierCause {
  readonly cause: Cause;
  /** Runs that had it. */
  readonly runs: number;
  /** Runs of that fleet that have an answer. */
  readonly of: number;
}

/** One cause in a fleet. */
export interface FleetCause {
  readonly cause: Cause;
  /** Runs that have it. */
  readonly runs: number;
  /** Findings of it in all of them. */
  readonly findings: number;
  /** True: every run of each group that has it has it; false: some runs of the same group have it and some do not. */
  readonly isSteady: boolean;
  /** True: the fleet that this one is held against does not have it; undefined: it is held against none. */
  readonly isNew: boolean | undefined;
  /** The same cause in the fleet that this one is held against; undefined: it is new, or held against none. */
  readonly before: Pick<EarlierCause, "runs" | "of"> | undefined;
  /** Values of the group keys that have it, those with the greatest share first. */
  readonly shares: readonly GroupShare[];
  /** What all runs that have it have in common and not all runs of the fleet have, by key. */
  readonly common: readonly CommonValue[];
  /** The run whose id comes first among those that have it, and what it says there. */
  readonly example: {
    readonly run: string;
    /** That run's own page; undefined: it has none. */
    readonly page: string | undefined;
    readonly message: string;
    readonly fix: string | null;
    readonly first: CausePlace | null;
    /** Null: where the first is, or nowhere in particular. */
    readonly last: CausePlace | null;
  };
}

/** A run without an answer. */
export interface FleetFailure {
  readonly run: string;
  readonly reason: string;
  /** The run's own page; undefined: it has none. */
  readonly page?: string | undefined;
}

/** Calls of one sub-op in all runs of a fleet. */
export interface FleetSubOp extends SubOpCounts {
  /** Runs that made such a call. */
  readonly runs: number;
}

/** What many runs come to. The same runs give the same answer, in whatever order and by however many they were replayed. */
export interface FleetAnswer {
  /** All runs. */
  readonly runs: number;
  /** Runs without an answer. */
  readonly failed: number;
  /** Runs whose input was not whole. */
  readonly troubled: number;
  /** Operations of all runs. */
  readonly operations: number;
  /** Calls of all runs, by sub-op in order of name. */
  readonly behaviour: readonly FleetSubOp[];
  /** By how many runs they hit, the worst severity first. */
  readonly causes: readonly FleetCause[];
  /** Findings of causes beyond CAUSES_MAX, and causes that summaries left out. */
  readonly causesLeftOut: number;
  /** Causes of the fleet that this one is held against which did not come up; empty: none, or no such fleet. */
  readonly gone: readonly Cause[];
  /** Rules that runs could not decide, and how many runs. */
  readonly undecided: ReadonlyMap<string, number>;
  /** The first FAILURES_SHOWN by id. */
  readonly failures: readonly FleetFailure[];
}
