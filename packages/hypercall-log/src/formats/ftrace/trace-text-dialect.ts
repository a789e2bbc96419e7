import type { FtraceFields } from "../probes/ftrace-fields.ts";

/** Reads the head of a line: who, where, when. */
export interface TraceLine {
  /** The task's name in the line's bytes. */
  readonly commStart: number;
  readonly commEnd: number;
  /** Thread. */
  readonly pid: number;
  readonly cpu: number;
  /** TaskLevel: what interrupted the thread; the task itself where the text does not say. */
  readonly level: number;
  /** Seconds; NaN where the trace's clock only counts. */
  readonly time: number;
  /** Where the time begins; undefined: its digits are not what `time` is made of. */
  readonly timeAt?: number;
  /** Where the event's name begins. */
  readonly nameStart: number;
  /** Reads the head of `bytes[start, end)`, behind which a newline stands. False where there is none. */
  parse(bytes: Uint8Array, start: number, end: number): boolean;
}

/** What a line that is no event says. */
export interface TraceNote {
  /** Events that are missing here; 0: none. */
  readonly lost: number;
  /** CPU whose events they are; -1: not known. */
  readonly cpu: number;
  /** The line is counted as skipped for this reason. */
  readonly skipped?: string;
}

/** How one tool prints a trace: the heads of its lines, and what it says between them. One object serves one log. */
export interface TraceTextDialect {
  readonly line: TraceLine;
  /** The form of an event's line, for people. */
  readonly expected: string;
  /** What a line that is no event says; null: nothing that is known. */
  note(text: string): TraceNote | null;
  /** Bytes of a complaint at `at` that the tool could not print the event as the kernel would; 0: there is none. */
  complaint?(bytes: Uint8Array, at: number): number;
  /** Bytes at `at` by which the tool names the function that wrote a mark. */
  writer?(bytes: Uint8Array, at: number): number;
  /**
   * The text that tracefs would print for a DMA event, with a newline, where `bytes[start, end)` are its bare members; null:
   * they are that text.
   */
  plainDma?(bytes: Uint8Array, start: number, end: number): Uint8Array | null;
  /** Whether an event of a probe counts: a tool that heeds no filters shows one call by several probes. */
  counts?(name: string, fields: FtraceFields): boolean;
  /** At the log's end: what the tool has left out of the events, and what to do; null: nothing. */
  doubt?(): string | null;
}
