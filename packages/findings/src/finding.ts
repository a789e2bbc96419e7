import type { Cause } from "./cause.ts";
import type { Severity } from "./severity.ts";

/** Where in an input something stands. */
export interface Location {
  /** As the user named the file. */
  readonly path: string;
  /** Line (from 1) or byte offset; null: the input as a whole. */
  readonly place: number | null;
  /** Lines of a text, bytes of a binary file. */
  readonly unit: "line" | "byte";
}

/** A place that explains a finding: the hypercall that caused it, the map that was never undone. */
export interface Note {
  /** What happened there: "unmap_grant_ref by dmag". */
  readonly message: string;
  /** Number of the event, from 1; null: no event. */
  readonly event: number | null;
  /** Null: not known. */
  readonly location: Location | null;
}

/** One thing found, whatever command found it. Frames are frame numbers (4 KiB); null: does not apply or not known. */
export interface Finding {
  /** `G44`. */
  readonly rule: string;
  /** `dma-to-hole`. */
  readonly name: string;
  /** How bad it is; only error and warning fail a run. */
  readonly severity: Severity;
  /** False where something that the log does not hold could change the verdict. */
  readonly certain: boolean;
  /** What could change the verdict, where it is not certain: "from_boot", "lost", "half-missing", "version", ... */
  readonly uncertainBecause: readonly string[];
  /** Whose frames they are; null: of no one domain. */
  readonly domid: number | null;
  /** Number of the event at which it became true, from 1. */
  readonly event: number | null;
  /** Seconds, in the log's own clock. */
  readonly time: number | null;
  /** The first guest frame that it is about. */
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
  /** Where the input says it; null: nowhere in particular. */
  readonly location: Location | null;
  /** Places that explain it, in the order in which they are shown. */
  readonly notes: readonly Note[];
  /** Times that the same was found (the same rule, frame and cause): this time, and later ones that are not told apart. */
  readonly occurrences: number;
  /** Number of the event of the last of them; null: no event. */
  readonly lastEvent: number | null;
  /** Where the last of them stands; null: not known. */
  readonly lastLocation: Location | null;
  /** What it has in common with the same fault in another run; absent: its command compares no runs. */
  readonly cause?: Cause;
}

/** A rule that the input could not decide, and why. */
export interface Undecided {
  /** What the input lacks ("ram", "dma"); absent: checks ended on something unknown. */
  readonly lacks?: string;
  /** `G44`. */
  readonly rule: string;
  /** `dma-to-hole`. */
  readonly name: string;
  /** What the input lacks, as a sentence. */
  readonly why: string;
}

/** Calls that may have changed something and that nobody followed. */
export interface Unmodelled {
  /** "domctl"; "hypercall 70" where the number has no name. */
  readonly hypercall: string;
  /** Number of the sub-op; null: it has none, or it was not recorded. */
  readonly cmd: number | null;
  /** How often the log has it. */
  readonly calls: number;
}

/** Findings by severity; `indeterminate` counts checks that ended on something unknown. */
export interface FindingSummary {
  /** Findings that are errors. */
  readonly error: number;
  /** Findings that are warnings. */
  readonly warning: number;
  /** Findings that only inform. */
  readonly info: number;
  /** Checks that could not be decided. */
  readonly indeterminate: number;
}
