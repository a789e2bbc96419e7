import type { Finding, FindingSummary, Location, Undecided, Unmodelled } from "../finding.ts";
import type { Severity } from "../severity.ts";
import type { JsonValue } from "./json-text.ts";
import type { Palette } from "./palette.ts";

/** `count` gfns in a row, from `gfn` on, that became another kind of thing. */
export interface FrameChange {
  /** The first of them. */
  readonly gfn: number;
  /** How many they are. */
  readonly count: number;
  /** Kind of frame that they were: "own", "grant", ... */
  readonly from: string;
  /** Kind of frame that they are now. */
  readonly to: string;
  /** Frame behind the first gfn now; null: none, or not known. */
  readonly mfn: number | null;
}

/** One event and what it did, for a list of events. */
export interface EventLine {
  /** Its number, from 1. */
  readonly event: number;
  /** Seconds; NaN: not recorded. */
  readonly time: number;
  /** Who did it: "blkback-9"; empty: not recorded. */
  readonly task: string;
  /** The event itself: a call with its arguments and result, a DMA, ... */
  readonly text: string;
  /** What it changed in the p2m. */
  readonly changes: readonly FrameChange[];
  /** Further changes that are only counted. */
  readonly more: number;
  /** Where the log says it; null: not known. */
  readonly location: Location | null;
  /** What it showed to be wrong. */
  readonly findings: readonly EventMark[];
}

/** A finding as it is marked at its event; the report tells all of it. */
export type EventMark = Pick<Finding, "rule" | "name" | "severity" | "message">;

/** Facts of the command's own for machine formats: an array member `name`, each element a row of kind `row`. */
export interface FactTable {
  /** Name of the array: "domains". */
  readonly name: string;
  /** Kind of one element: "domain". */
  readonly row: string;
  /** The elements, in order. */
  readonly rows: readonly JsonValue[];
}

/** A paragraph for people, below the findings. Machine formats carry the same facts in tables. */
export interface Remark {
  /** A warning is shown in colour. */
  readonly tone: "plain" | "warning";
  /** Short label; empty: goes on with the remark before. */
  readonly label: string;
  /** One sentence or more. */
  readonly text: string;
}

/** Lines for people under a heading. */
export interface Listing {
  /** The heading. */
  readonly title: string;
  /** What stands below it. */
  readonly lines: readonly string[];
}

/** What a command found and what it has to say about its inputs: one run. */
export interface FindingsDocument {
  /** What was looked at, as a heading where several documents follow each other. */
  readonly subject: string;
  /** Facts for machine formats. */
  readonly tables: readonly FactTable[];
  /** In the order in which they are shown. */
  readonly findings: readonly Finding[];
  /** Rules that the input could not decide. */
  readonly undecided: readonly Undecided[];
  /** The command that lists this run's events, as a shell takes it; absent: the findings are about no events. */
  readonly story?: string;
  /** Calls that were not followed; absent: the command follows no calls. */
  readonly unmodelled?: readonly Unmodelled[];
  /** Findings by severity, those too that are not listed. */
  readonly summary: FindingSummary;
  /** For people, between findings and remarks. */
  readonly listings: readonly Listing[];
  /** For people, below all else. */
  readonly remarks: readonly Remark[];
  /** Why what is said here cannot be relied upon: unreadable inputs, nothing to check; absent or empty: it can. */
  readonly troubles?: readonly string[];
}

/** What is said of a rule beside its findings. */
export interface RuleHelp {
  /** `G44`. */
  readonly id: string;
  /** `dma-to-hole`. */
  readonly name: string;
  /** The severity that its findings have as a rule. */
  readonly severity: Severity;
  /** What it asks for, in one sentence. */
  readonly what: string;
  /** What goes wrong otherwise. */
  readonly why: string;
  /** What to change. */
  readonly fix: string;
}

/** What reports say of the program that made them. */
export interface Reporter {
  /** "0.1.0". */
  readonly version: string;
  /** The rules that were asked for, in the order of the catalogue. */
  readonly rules: readonly RuleHelp[];
  /** From which severity on a finding fails the run. */
  readonly failOn: Severity | "never";
}

/** How a sink writes. */
export interface SinkOptions {
  /** Colours, or none. */
  readonly palette: Palette;
  /** Text for people: columns of a line. */
  readonly columns: number;
  /** Text for people: every finding, not one line per rule for what is only information. */
  readonly verbose: boolean;
  /** Text for people: findings and listings only. */
  readonly brief: boolean;
  /** A list of events precedes each document. */
  readonly events: boolean;
  /** Any number of documents follow each other; otherwise exactly one comes. */
  readonly several: boolean;
  /** Who reports. */
  readonly reporter: Reporter;
}

/** Writes documents in one format, in pieces of bounded size. */
export interface SinkWriter {
  /** One event of the document to come. */
  event(line: EventLine): string;
  /**
   * Findings of the document to come, as far as they are known: those that were not told yet. `story` as in the document. The
   * document tells the others, and again those that more is known of by then. Absent: this form tells all at the end.
   */
  live?(findings: readonly Finding[], story: string | undefined): string;
  /** A document, in pieces; its events came before. */
  document(document: FindingsDocument): Iterable<string>;
  /** After the last document. */
  end(): Iterable<string>;
}

/** One output format for findings; one file each, listed in index.ts. */
export interface Sink {
  /** As `-f` names it. */
  readonly name: string;
  /** One line for people. */
  readonly title: string;
  /** Who reads it: people get listings and remarks, programs get tables. */
  readonly audience: "people" | "programs";
  /** A writer for one output. */
  open(options: SinkOptions): SinkWriter;
}
