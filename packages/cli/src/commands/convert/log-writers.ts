import { visibleJson } from "@xgt/findings";
import {
  type EventBatch,
  type LogHeader,
  NdjsonWriter,
  type StringTable,
  type XhlPacking,
  XhlWriter,
} from "@xgt/hypercall-log";

/** Writes a log in one form, a piece at a time. */
interface LogWriter {
  /** What the file begins with; null: the log says nothing of itself. */
  header(header: LogHeader | null): string | Uint8Array;
  add(batch: EventBatch): string | Uint8Array;
  finish(): string | Uint8Array;
}

/** A form in which `convert` writes, told by the output's name. */
export interface OutputForm {
  readonly name: string;
  readonly endings: readonly string[];
  /** `packing`: how an .xhl is packed. */
  open(strings: StringTable, packing: XhlPacking): LogWriter;
}

/** The forms, that of standard output first. */
export const outputForms: readonly OutputForm[] = [
  {
    name: "ndjson",
    endings: [".ndjson", ".jsonl"],
    open: (strings) => {
      // Names in a log may hold what a terminal obeys, and standard output is one at times.
      const writer = new NdjsonWriter(strings, visibleJson);
      return {
        header: (header) => (header === null ? "" : writer.header(header)),
        add: (batch) => writer.lines(batch),
        finish: () => "",
      };
    },
  },
  { name: "xhl", endings: [".xhl"], open: (strings, packing) => new XhlWriter(strings, packing) },
];
