import type { Finding } from "../finding.ts";
import { frameRangeText } from "../frame-text.ts";
import { countsOf } from "./finding-json.ts";
import { findingSentences, placeText } from "./finding-text.ts";
import { printable } from "./printable.ts";
import type { FindingsDocument, Sink, SinkOptions, SinkWriter } from "./sink.ts";
import { SHOWN_PER_RULE } from "./text.ts";

/** A heading, the verdict and tables: for a job's summary, a merge request or a chat. */
class MarkdownWriter implements SinkWriter {
  private readonly verbose: boolean;

  constructor({ verbose }: SinkOptions) {
    this.verbose = verbose;
  }

  event(): string {
    return "";
  }

  *document(document: FindingsDocument): Generator<string> {
    const { subject, findings, undecided, troubles = [], remarks } = document;
    yield `### ${escaped(subject)}\n\n${verdict(document)}\n\n`;
    for (const trouble of troubles) yield `> **Not to be relied upon:** ${escaped(trouble)}\n\n`;
    yield* this.findings(findings);
    if (undecided.length > 0) {
      const rules = new Set(undecided.map(({ rule }) => rule));
      yield `<details><summary>${rules.size} ${rules.size === 1 ? "rule" : "rules"} not decided</summary>\n\n`;
      yield "| rule | why |\n|---|---|\n";
      for (const { rule, name, why } of undecided) yield `| ${rule} ${name} | ${escaped(why)} |\n`;
      yield "\n</details>\n\n";
    }
    for (const { label, text } of remarks)
      yield `- ${label === "" ? "" : `${escaped(label)}: `}${escaped(text)}\n`;
    if (remarks.length > 0) yield "\n";
  }

  *end(): Generator<string> {}

  private *findings(all: readonly Finding[]): Generator<string> {
    const findings = this.verbose ? all : all.filter(({ severity }) => severity !== "info");
    if (findings.length === 0) return;
    yield "| | rule | frame | what | where | since |\n|---|---|---|---|---|---|\n";
    const shown = new Map<string, number>();
    for (const finding of findings) {
      const count = (shown.get(finding.rule) ?? 0) + 1;
      shown.set(finding.rule, count);
      if (this.verbose || count <= SHOWN_PER_RULE) yield row(finding);
    }
    yield "\n";
    for (const [rule, count] of shown) {
      const more = count - SHOWN_PER_RULE;
      if (!this.verbose && more > 0) yield `... and ${more} more of ${rule}\n\n`;
    }
  }
}

function verdict(document: FindingsDocument): string {
  const { error, warning, info, indeterminate } = countsOf(document);
  const counts = `${error} ${error === 1 ? "error" : "errors"}, ${warning} ${warning === 1 ? "warning" : "warnings"}, ${info} information`;
  const open = indeterminate > 0 ? `, ${indeterminate} checks indeterminate` : "";
  return `**${counts}**${open}`;
}

function row(finding: Finding): string {
  const { severity, rule, name, gfn, count, location, causeEvent, notes, occurrences } = finding;
  const cause = notes.find(({ event }) => event !== null && event === causeEvent);
  const since =
    causeEvent === null ? "" : `event ${causeEvent}${cause === undefined ? "" : `: ${cause.message}`}`;
  const times = occurrences > 1 ? ` (${occurrences} times)` : "";
  const cells = [
    severity,
    `${rule} ${name}`,
    gfn === null ? "" : frameRangeText(gfn, count),
    `${findingSentences(finding)}${times}`,
    location === null ? "" : placeText(location),
    since,
  ];
  return `| ${cells.map(escaped).join(" | ")} |\n`;
}

/** A text as Markdown that shows just that text. */
function escaped(text: string): string {
  return printable(text)
    .replace(/[\\`*_[\]|~#]/g, (c) => `\\${c}`)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("@", "&#64;");
}

/** For job summaries. */
export const markdown: Sink = {
  name: "markdown",
  title: "tables for a job's summary",
  audience: "people",
  open: (options) => new MarkdownWriter(options),
};
