import type { Finding } from "../finding.ts";
import {
  countsOf,
  eventJson,
  findingJson,
  summaryJson,
  undecidedJson,
  unmodelledJson,
} from "./finding-json.ts";
import type { JsonValue } from "./json-text.ts";
import { visibleJson } from "./printable.ts";
import type { EventLine, FindingsDocument, Sink, SinkOptions, SinkWriter } from "./sink.ts";
import { ToldFindings } from "./told-findings.ts";

/**
 * One JSON object a line; `type` says what it is: event, input, domain, ... (the rows of a document's tables),
 * finding, undecided, unmodelled, summary. Of several documents each line has the number of its run, from 1.
 */
class NdjsonWriter implements SinkWriter {
  private readonly several: boolean;
  private run = 1;
  private readonly told = new ToldFindings();

  constructor(options: SinkOptions) {
    this.several = options.several;
  }

  event(line: EventLine): string {
    return this.line("event", eventJson(line));
  }

  live(findings: readonly Finding[]): string {
    let lines = "";
    for (const finding of findings) {
      if (this.told.has(finding)) continue;
      this.told.add(finding);
      lines += this.line("finding", findingJson(finding));
    }
    return lines;
  }

  *document(document: FindingsDocument): Generator<string> {
    for (const table of document.tables) {
      for (const row of table.rows) yield this.line(table.row, row as { readonly [name: string]: JsonValue });
    }
    for (const finding of document.findings) {
      if (!this.told.isCurrent(finding)) yield this.line("finding", findingJson(finding));
    }
    this.told.clear();
    for (const undecided of document.undecided) yield this.line("undecided", undecidedJson(undecided));
    for (const calls of document.unmodelled ?? []) yield this.line("unmodelled", unmodelledJson(calls));
    yield this.line("summary", summaryJson(countsOf(document)));
    this.run++;
  }

  *end(): Generator<string> {}

  private line(type: string, members: { readonly [name: string]: JsonValue }): string {
    const run = this.several ? { run: this.run } : {};
    return `${visibleJson(JSON.stringify({ type, ...run, ...members }))}\n`;
  }
}

/** For streams: one JSON object a line, as soon as it is known. */
export const ndjson: Sink = {
  name: "ndjson",
  title: "one JSON object a line, for streams and jq",
  audience: "programs",
  open: (options) => new NdjsonWriter(options),
};
