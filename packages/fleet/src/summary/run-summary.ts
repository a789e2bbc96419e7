import type { Cause } from "@xgt/findings";
import type { RunGroup } from "../manifest/fleet-run.ts";

/** Where a cause came up first in a run. */
export interface CausePlace {
  readonly path: string;
  /** Line or byte; null: the log as a whole. */
  readonly place: number | null;
  readonly unit: "line" | "byte";
}

/** One cause in one run. */
export interface CauseCount {
  readonly cause: Cause;
  /** Findings, repetitions too. */
  readonly findings: number;
  /** The first of them, in words. */
  readonly message: string;
  /** What to change. */
  readonly fix: string | null;
  /** Where the first of them stands; null: nowhere in particular. */
  readonly first: CausePlace | null;
  /** Where the last of them stands; null: where the first does, or nowhere in particular. */
  readonly last?: CausePlace | null;
}

/** Calls of one sub-op. */
export interface SubOpCounts {
  /** "map_grant_ref". */
  readonly operation: string;
  readonly calls: number;
  /** Reservations that did fewer extents than they asked for. */
  readonly shortCounts: number;
  /** Calls that returned an error. */
  readonly refusedCalls: number;
  /** Ops of grant calls whose status is an error. */
  readonly refusedOps: number;
}

/** What one run came to: all that a fleet keeps of it. Plain data. */
export interface RunSummary {
  readonly id: string;
  readonly group: RunGroup;
  /** The same for the same run of the same states of its files; undefined: it was not looked at. */
  readonly input?: string | undefined;
  /** Its own page, as the manifest names it; undefined: it has none. */
  readonly page?: string | undefined;
  /** Undefined: the run has an answer; otherwise why it has none. */
  readonly failure: string | undefined;
  /** The input was not whole, so that the answer is for a part of it; empty: it was. */
  readonly troubles: readonly string[];
  /** Operations that were replayed. */
  readonly operations: number;
  /** Its calls by sub-op, in order of name; absent: they were not counted. */
  readonly behaviour?: readonly SubOpCounts[];
  /** By severity, then rule. */
  readonly causes: readonly CauseCount[];
  /** Causes beyond CAUSES_PER_RUN_MAX. */
  readonly causesLeftOut: number;
  /** Ids of the rules that the logs could not decide. */
  readonly undecided: readonly string[];
}
