import type { Finding, FindingSummary, Undecided } from "../finding.ts";
import type { JsonValue } from "./json-text.ts";
import type { Palette } from "./palette.ts";

/** One event and what it did, for a list of events. */
export interface EventLine {
  readonly event: number;
  /** Seconds; NaN: not recorded. */
  readonly time: number;
  readonly text: string;
  readonly changes: readonly string[];
}

/** Facts of the command's own for machine formats: an array member `name`, each element a row of kind `row`. */
export interface FactTable {
  readonly name: string;
  readonly row: string;
  readonly rows: readonly JsonValue[];
}

/** A paragraph for people, below the findings. Machine formats carry the same facts in tables. */
export interface Remark {
  readonly tone: "plain" | "warning";
  /** Short label; empty: goes on with the remark before. */
  readonly label: string;
  readonly text: string;
}

/** Lines for people under a heading. */
export interface Listing {
  readonly title: string;
  readonly lines: readonly string[];
}

/** What a command found and what it has to say about its inputs: one run. */
export interface FindingsDocument {
  /** What was looked at, as a heading where several documents follow each other. */
  readonly subject: string;
  readonly tables: readonly FactTable[];
  readonly findings: readonly Finding[];
  readonly undecided: readonly Undecided[];
  readonly summary: FindingSummary;
  readonly listings: readonly Listing[];
  readonly remarks: readonly Remark[];
}

export interface SinkOptions {
  readonly palette: Palette;
  /** Text for people: every finding, not one line per rule for what is only information. */
  readonly verbose: boolean;
  /** Text for people: findings and listings only. */
  readonly brief: boolean;
  /** A list of events precedes each document. */
  readonly events: boolean;
  /** Any number of documents follow each other; otherwise exactly one comes. */
  readonly several: boolean;
}

/** Writes documents in one format, in pieces of bounded size. */
export interface SinkWriter {
  /** One event of the document to come. */
  event(line: EventLine): string;
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
  open(options: SinkOptions): SinkWriter;
}
