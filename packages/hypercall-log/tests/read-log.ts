import { type Abi, loadModel } from "@xgt/hypercall-abi";
import type { LogHeader } from "../src/domains/spec/domain-spec.ts";
import { CallView } from "../src/events/call-view.ts";
import { DecodeStats } from "../src/events/decode-stats.ts";
import { EventBatch } from "../src/events/event-batch.ts";
import type { Recorded } from "../src/events/event-kind.ts";
import { StringTable } from "../src/events/string-table.ts";
import { CallsUnderWay } from "../src/formats/json-lines/calls-under-way.ts";
import { JsonLineReader } from "../src/formats/json-lines/json-line-reader.ts";
import type { LogFormat, TemplateEngine } from "../src/formats/log-format.ts";
import { EventObjectReader } from "../src/formats/ndjson/ndjson-object.ts";
import { NdjsonWriter } from "../src/formats/ndjson/write-ndjson.ts";

/** A log read as a whole. */
export class WholeLog {
  readonly batch = new EventBatch();
  readonly strings: StringTable;
  readonly stats = new DecodeStats();
  readonly templates: TemplateEngine | undefined;
  header: LogHeader | null = null;

  constructor(strings = new StringTable(), templates?: TemplateEngine) {
    this.strings = strings;
    this.templates = templates;
  }

  get abi(): Abi {
    return loadModel("4.17", "arm64", "tools");
  }

  /** The events as NDJSON lines, without newlines. */
  get written(): readonly string[] {
    return new NdjsonWriter(this.strings).lines(this.batch).split("\n").slice(0, -1);
  }

  /** Messages of the problems, with their places. */
  get problems(): readonly string[] {
    return this.stats.problems.map((problem) => `${problem.unit} ${problem.place}: ${problem.message}`);
  }
}

/** Reads a text in chunks of `chunk` bytes. `templates`: as the reader's context has it. */
export function readWhole(
  format: LogFormat,
  text: string | Uint8Array,
  chunk = 1 << 20,
  templates?: TemplateEngine,
): WholeLog {
  const log = new WholeLog(new StringTable(), templates);
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const reader = format.open(log);
  for (let at = 0; at < bytes.length; at += chunk) reader.push(bytes.slice(at, at + chunk));
  reader.finish();
  let more = reader.more?.() ?? false;
  while (more) more = reader.more?.() ?? false;
  return log;
}

/** NDJSON with the general reader only. */
export const generalNdjson: LogFormat = {
  name: "ndjson",
  title: "NDJSON without its scanner",
  placeUnit: "line",
  sniff: () => false,
  open(context) {
    const reader = new EventObjectReader(context, new CallsUnderWay());
    return new JsonLineReader(context, {
      templates: null,
      scan: () => -1,
      parse: (text) => JSON.parse(text),
      read: (object, line) => reader.read(object, line),
    });
  },
};

/** One event with everything that it holds, strings resolved. */
export function eventsOf({ batch, strings }: WholeLog): readonly Record<string, unknown>[] {
  return Array.from({ length: batch.length }, (_, row) => ({
    kind: batch.kind[row],
    time: batch.time[row],
    call: batch.call[row],
    domid: batch.domid[row],
    cpu: batch.cpu[row],
    pid: batch.pid[row],
    comm: strings.get(batch.comm[row]),
    via: batch.via[row],
    nr: batch.nr[row],
    cmd: batch.cmd[row],
    start: batch.start[row],
    ret: batch.ret[row],
    multicall: batch.multicall[row],
    entry: batch.entry[row],
    place: batch.place[row],
    words: [...batch.words.subarray(batch.payload[row], batch.payloadEnd(row))],
  }));
}

/** How much is recorded of the half of a call in row `row`. */
export function recordedOf(log: WholeLog, row: number): Recorded {
  const view = new CallView();
  view.loadRow(log.batch, row, undefined);
  return view.recorded;
}
