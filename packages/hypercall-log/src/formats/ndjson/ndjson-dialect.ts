import { CallsUnderWay } from "../json-lines/calls-under-way.ts";
import type { JsonLineDialect } from "../json-lines/json-line-reader.ts";
import { LineNumbers } from "../json-lines/line-numbers.ts";
import type { ReaderContext } from "../log-format.ts";
import { ndjsonForm } from "./line-values.ts";
import { EventObjectReader } from "./ndjson-object.ts";
import { NdjsonScanner } from "./ndjson-scanner.ts";
import { NdjsonTemplates } from "./ndjson-templates.ts";

/** How lines of the interchange format are read, wherever they stand: in a log of their own, or on a console. */
export function ndjsonDialect(context: ReaderContext): JsonLineDialect {
  const calls = new CallsUnderWay();
  const numbers = new LineNumbers();
  const scanner = new NdjsonScanner(context, calls, numbers);
  const reader = new EventObjectReader(context, calls, numbers);
  return {
    templates: new NdjsonTemplates(context, calls, ndjsonForm),
    scan: (bytes, start, line) => scanner.scan(bytes, start, line),
    parse: (text) => JSON.parse(text),
    read: (object, line) => reader.read(object, line),
    header: (object) => {
      if (typeof object.n === "number") numbers.header(object.n);
    },
    isNumbered: () => numbers.seen,
  };
}
