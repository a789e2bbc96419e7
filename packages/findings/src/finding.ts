import type { Severity } from "./severity.ts";

/** Where in an input something stands. */
export interface Location {
  readonly path: string;
  /** Line (from 1) or byte offset; null: the input as a whole. */
  readonly place: number | null;
  readonly unit: "line" | "byte";
}

/** A place that explains a finding: the hypercall that caused it, the map that was never undone. */
export interface Note {
  readonly message: string;
  readonly event: number | null;
  readonly location: Location | null;
}

/** One thing found, whatever command found it. Frames are frame numbers (4 KiB); null: does not apply or not known. */
export interface Finding {
  /** `G44`. */
  readonly rule: string;
  /** `dma-to-hole`. */
  readonly name: string;
  readonly severity: Severity;
  /** False where something that the log does not hold could change the verdict. */
  readonly certain: boolean;
  readonly domid: number | null;
  /** Number of the event at which it became true, from 1. */
  readonly event: number | null;
  /** Seconds, in the log's own clock. */
  readonly time: number | null;
  readonly gfn: number | null;
  /** Frames from `gfn` on that the finding is about. */
  readonly count: number;
  /** Frame that the device touched. */
  readonly busMfn: number | null;
  /** Frame that it should have touched. */
  readonly expectedMfn: number | null;
  /** Event that caused it, where that is another one. */
  readonly causeEvent: number | null;
  /** Other rules that hold for the same frames. */
  readonly also: readonly string[];
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** What to change. */
  readonly fix: string | null;
  readonly location: Location | null;
  readonly notes: readonly Note[];
}

/** A rule that the input could not decide, and why. */
export interface Undecided {
  readonly rule: string;
  readonly name: string;
  readonly why: string;
}

/** Findings by severity; `indeterminate` counts checks that ended on something unknown. */
export interface FindingSummary {
  readonly error: number;
  readonly warning: number;
  readonly info: number;
  readonly indeterminate: number;
}
