import {
  countsOf,
  type DocumentCounts,
  eventJson,
  findingJson,
  summaryJson,
  undecidedJson,
  unmodelledJson,
} from "./finding-json.ts";
import { type JsonValue, jsonText } from "./json-text.ts";
import { visibleJson } from "./printable.ts";
import type { EventLine, FindingsDocument, Sink, SinkOptions, SinkWriter } from "./sink.ts";

const NOTHING = { error: 0, warning: 0, info: 0, indeterminate: 0, undecided: 0, unmodelled: undefined };

/**
 * One JSON object. Several documents become the elements of its member `runs`, each of the same form as a single one,
 * with the sum of their summaries beside it.
 */
class JsonWriter implements SinkWriter {
  private readonly options: SinkOptions;
  private total: DocumentCounts | undefined;
  private documents = 0;
  private events = 0;

  constructor(options: SinkOptions) {
    this.options = options;
  }

  event(line: EventLine): string {
    const start = this.events === 0 ? this.start() : ",";
    this.events++;
    return `${start}\n  ${visibleJson(JSON.stringify(eventJson(line)))}`;
  }

  *document(document: FindingsDocument): Generator<string> {
    if (this.events === 0) yield this.start();
    if (this.options.events) yield "],\n";
    for (const table of document.tables) yield* member(table.name, table.rows);
    yield* member("findings", document.findings, findingJson);
    yield* member("undecided", document.undecided, undecidedJson);
    if (document.unmodelled !== undefined) yield* member("unmodelled", document.unmodelled, unmodelledJson);
    const counts = countsOf(document);
    yield ` "summary":${JSON.stringify(summaryJson(counts))}}`;
    this.documents++;
    this.events = 0;
    this.total = this.total === undefined ? counts : sumOf(this.total, counts);
    if (!this.options.several) yield "\n";
  }

  *end(): Generator<string> {
    if (!this.options.several) return;
    if (this.documents === 0) yield '{"version":1,\n"runs":[';
    yield `],\n"summary":${JSON.stringify(summaryJson(this.total ?? NOTHING))}}\n`;
  }

  /** Text from the document before to the first own member. */
  private start(): string {
    let lead = "";
    if (this.options.several) lead = this.documents === 0 ? '{"version":1,\n"runs":[\n' : ",\n";
    return `${lead}{"version":1,\n${this.options.events ? ' "events":[' : ""}`;
  }
}

function sumOf(one: DocumentCounts, other: DocumentCounts): DocumentCounts {
  return {
    error: one.error + other.error,
    warning: one.warning + other.warning,
    info: one.info + other.info,
    indeterminate: one.indeterminate + other.indeterminate,
    undecided: one.undecided + other.undecided,
    unmodelled: one.unmodelled === undefined ? undefined : one.unmodelled + (other.unmodelled ?? 0),
  };
}

/** ` "name":[...],` with one element a line, each element made when its turn comes. */
function* member<T>(
  name: string,
  rows: readonly T[],
  toJson: (row: T) => JsonValue = (row) => row as JsonValue,
): Generator<string> {
  yield ` "${name}":[`;
  for (const [i, row] of rows.entries()) {
    yield i > 0 ? ",\n  " : "\n  ";
    yield* jsonText(toJson(row), "  ");
  }
  yield "],\n";
}

/** Version 1 of the JSON form. */
export const json: Sink = {
  name: "json",
  title: "one JSON object, for scripts",
  audience: "programs",
  open: (options) => new JsonWriter(options),
};
