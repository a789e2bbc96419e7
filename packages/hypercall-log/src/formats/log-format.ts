import type { Abi } from "@xgt/hypercall-abi";
import type { LogHeader } from "../domains/spec/domain-spec.ts";
import type { DecodeStats } from "../events/decode-stats.ts";
import type { EventBatch } from "../events/event-batch.ts";
import type { StringTable } from "../events/string-table.ts";
import type { ByteRange } from "../input/byte-input.ts";

/** Names for `--from` and `inputs[].format`: each has a reader in formats/index.ts. */
export type FormatName =
  | "console"
  | "ndjson"
  | "hvclog"
  | "ftrace"
  | "trace-report"
  | "perf"
  | "bpftrace"
  | "trace-dat"
  | "xentrace"
  | "xhl";

/** How text lines of a known layout are read: `none` leaves every line to the general reader. */
export type TemplateEngine = "none" | "javascript" | "webassembly";

/** What a reader is given and fills. */
export interface ReaderContext {
  /** Events go here; the driver empties it between two pushes. */
  readonly batch: EventBatch;
  readonly strings: StringTable;
  readonly stats: DecodeStats;
  /** ABI by which raw argument words are decoded. */
  readonly abi: Abi;
  /** How lines of a known layout are read; absent: in the fastest way that this runtime has. */
  readonly templates?: TemplateEngine;
  /** Seconds, both ends included: of other times no event is wanted, and a reader may pass over them. Absent: all are. */
  readonly time?: { readonly from: number; readonly to: number };
  /** Set by the reader as soon as the log's own header is read. */
  header: LogHeader | null;
}

/** Decoder of one log. Keeps the tail of an incomplete record between two pushes. */
export interface LogReader {
  push(bytes: Uint8Array): void;
  /** The input has ended. */
  finish(): void;
  /** Whether what follows may add to the log's header: then no event is given away yet. Absent: a header is whole at once. */
  headerMayGrow?(): boolean;
  /** The input pauses: a reader that holds events back to put them in order gives them now. */
  pause?(): void;
  /**
   * The next events of a reader that does not give all that it holds at once; false where there are no more for now. It is
   * asked for after each `push` and after `finish` until it says so; the batch is emptied between two calls.
   */
  more?(): boolean;
  /**
   * The bytes of the file that are wanted next, where some before them are not: who reads ranges pushes their beginning, as much
   * of it as there is. It is asked for when `more` has given all; null: none are. Who never asks pushes all bytes in order.
   */
  wanted?(): ByteRange | null;
}

/** One log format; one file each, listed in formats/index.ts. */
export interface LogFormat {
  readonly name: FormatName;
  /** One line for people. */
  readonly title: string;
  /** Unit of EventBatch.place. */
  readonly placeUnit: "line" | "byte";
  /** True where a log's first bytes (up to SNIFF_BYTES) are of this format. */
  sniff(head: Uint8Array): boolean;
  open(context: ReaderContext): LogReader;
}
