import { JsonLineReader } from "../json-lines/json-line-reader.ts";
import { sniffJsonLines } from "../json-lines/sniff-json-lines.ts";
import type { LogFormat } from "../log-format.ts";
import { ndjsonDialect } from "./ndjson-dialect.ts";

/**
 * The interchange log: one JSON object a line, any recorder can write it. docs/log-format.md has every member.
 *
 *     {"xgt_log":1,"version":1,"xen":"4.17","domains":[{"domid":0,"mode":"direct-mapped","ram":[...],"regions":[]}]}
 *     {"t":9.88,"id":1,"ev":"enter","pid":40,"nr":12,"cmd":1,"args":{"nr_extents":1,"extents":["0xcd60f"]}}
 *     {"t":9.89,"id":1,"ev":"exit","ret":1}
 *
 * `t`: seconds; `id`: joins the two halves of a call; `nr`, `cmd`: hypercall and sub-op; `args`: the members of Xen's
 * struct.
 *
 * There are two complete readers of such lines. NdjsonScanner reads the form that recorders write straight from bytes
 * into the batch, without a string or an object per line, several times as fast. It gives up on any other line, which EventObjectReader then reads through JSON.parse: every form that the contract allows, and an
 * exact message for what it does not. A property test holds the two equal on every line that the scanner takes.
 */
export const ndjson: LogFormat = {
  name: "ndjson",
  title: "NDJSON, one event a line",
  placeUnit: "line",
  sniff: (head) => sniffJsonLines(head) === "ndjson",
  open(context) {
    return new JsonLineReader(context, ndjsonDialect(context));
  },
};
