import type { Severity } from "@xgt/findings";
import type { FrameCounts } from "@xgt/p2m-tracker";
import type { TablePlace } from "../columns/table.ts";
import type { TableName } from "../columns/table-shapes.ts";

/** `count` frames from `gfn` on. */
export interface HeadRange {
  readonly gfn: number;
  readonly count: number;
}

/** A domain of the run. */
export interface HeadDomain {
  readonly domid: number;
  readonly mode: string;
  readonly ram: readonly HeadRange[];
  readonly regions: readonly (HeadRange & { readonly name: string })[];
  /** Frames by kind at the end. */
  readonly frames: FrameCounts;
  readonly handlesLive: number;
}

/** Where a log says something: "trace.txt:577". */
export type HeadPlace = string | null;

/** One finding. Events are named by their numbers; null: none. */
export interface HeadFinding {
  readonly rule: string;
  readonly name: string;
  readonly severity: Severity;
  readonly certain: boolean;
  readonly uncertainBecause: readonly string[];
  readonly domid: number | null;
  readonly event: number | null;
  readonly causeEvent: number | null;
  /** The last time that the same was found. */
  readonly lastEvent: number | null;
  readonly occurrences: number;
  readonly gfn: number | null;
  readonly count: number;
  readonly bus: number | null;
  readonly expected: number | null;
  readonly also: readonly string[];
  readonly message: string;
  readonly fix: string | null;
  readonly place: HeadPlace;
  /** Of two runs that are compared: whether only the second has it, only the first, or both. */
  readonly change?: "new" | "fixed" | "unchanged";
}

/** What people read of a rule. */
export interface HeadRule {
  readonly name: string;
  readonly severity: Severity;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  readonly source: string;
}

/** A rule that the run could not decide. */
export interface HeadUndecided {
  readonly rule: string;
  readonly why: string;
  /** What to record so that it can be decided; null: nothing in particular. */
  readonly record: string | null;
}

/** One log of the run. */
export interface HeadInput {
  readonly path: string;
  readonly format: string;
  readonly events: number;
  readonly lost: number;
  readonly unit: "line" | "byte";
}

/** One run, as its page tells it. */
export interface RunHead {
  /** Start of the command that lists the run's events, to which the page adds the frame. Null: it cannot be given. */
  readonly command: string | null;
  readonly xen: string | null;
  readonly build: string | null;
  readonly events: number;
  readonly operations: number;
  readonly inputs: readonly HeadInput[];
  readonly domains: readonly HeadDomain[];
  readonly findings: readonly HeadFinding[];
  /** Findings that are not among `findings`. */
  readonly findingsLeftOut: number;
  /** Errors that are DMAs with a wrong frame, each time counted. */
  readonly wrongDma: number;
  readonly counts: Readonly<Record<Severity, number>>;
  readonly undecided: readonly HeadUndecided[];
  /** Rules that a replay checks. */
  readonly rulesChecked: number;
  /** Whether DMA was judged: where it was not, "nothing found" proves nothing. */
  readonly dmaVerdict: "judged" | "partly" | "absent";
  /** Why the run says nothing at all; null: something was checked. */
  readonly nothing: string | null;
  /** Sentences about what makes the verdict less sure. */
  readonly doubts: readonly string[];
  /** Sentences about what the page leaves out. */
  readonly leftOut: readonly string[];
  readonly rules: Readonly<Record<string, HeadRule>>;
  /** Whether the log holds DMA, and entries of the guest's own table. */
  readonly hasDma: boolean;
  readonly hasEntries: boolean;
  readonly strings: readonly string[];
  readonly tables: Readonly<Record<TableName, TablePlace>>;
  readonly textBytes: number;
}

/** How often each cause of findings is met: errors, warnings and remarks. */
type CauseCounts = Readonly<Record<Severity, number>>;

/** What the second of two runs changed. */
export interface HeadComparison {
  readonly added: CauseCounts;
  readonly fixed: CauseCounts;
  readonly unchanged: CauseCounts;
  /** What differs and is no finding: "domain 0: calls of map_grant_ref", 3, 4. */
  readonly behaviour: readonly { readonly what: string; readonly base: number; readonly patched: number }[];
}

/** What a page begins with. */
export interface PageHead {
  readonly version: 1;
  readonly kind: "run" | "compare";
  readonly runs: readonly RunHead[];
  /** Of two runs only. */
  readonly comparison?: HeadComparison;
}
