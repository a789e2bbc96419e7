import { CallsUnderWay } from "../json-lines/calls-under-way.ts";
import { JsonLineReader } from "../json-lines/json-line-reader.ts";
import { sniffJsonLines } from "../json-lines/sniff-json-lines.ts";
import type { LogFormat } from "../log-format.ts";
import { EventObjectReader } from "./ndjson-object.ts";
import { NdjsonScanner } from "./ndjson-scanner.ts";

/**
 * The interchange log: one JSON object a line, any recorder can write it. Lines as recorders write them are scanned
 * from bytes; any other line takes the way through an object, which knows every form and every error.
 */
export const ndjson: LogFormat = {
  name: "ndjson",
  title: "NDJSON, one event a line",
  placeUnit: "line",
  sniff: (head) => sniffJsonLines(head) === "ndjson",
  open(context) {
    const calls = new CallsUnderWay();
    const scanner = new NdjsonScanner(context, calls);
    const reader = new EventObjectReader(context, calls);
    return new JsonLineReader(context, {
      scan: (bytes, start, line) => scanner.scan(bytes, start, line),
      parse: (text) => JSON.parse(text),
      read: (object, line) => reader.read(object, line),
    });
  },
};
