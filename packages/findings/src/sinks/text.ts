import type { Finding, Undecided } from "../finding.ts";
import { changeTexts } from "./change-text.ts";
import { countsOf, type DocumentCounts } from "./finding-json.ts";
import { findingContext, findingLine, placeText } from "./finding-text.ts";
import type { Palette } from "./palette.ts";
import { printable } from "./printable.ts";
import type {
  EventLine,
  EventMark,
  FindingsDocument,
  Listing,
  Remark,
  Sink,
  SinkOptions,
  SinkWriter,
} from "./sink.ts";
import { ToldFindings } from "./told-findings.ts";
import { labelled } from "./wrap-text.ts";

/** Findings of one rule that are shown in full; further ones are counted, unless all are asked for. */
export const SHOWN_PER_RULE = 20;
const LABEL_WIDTH = 11;
/** Columns of a task in a list of events: a name of Linux has 15 characters at most. */
const TASK_WIDTH = 18;
/** Columns before a finding below its event. */
const MARK_INDENT = 24;

/**
 * For people: each finding as one compiler-style line with its context, what is only information as one line per
 * rule, then what was looked at, what could not be decided, and the count.
 */
class TextWriter implements SinkWriter {
  private readonly palette: Palette;
  private readonly verbose: boolean;
  private readonly columns: number;
  private readonly brief: boolean;
  private readonly several: boolean;
  private documents = 0;
  private events = 0;
  private readonly told = new ToldFindings();

  constructor(options: SinkOptions) {
    this.palette = options.palette;
    this.verbose = options.verbose;
    this.columns = options.columns;
    this.brief = options.brief;
    this.several = options.several;
  }

  event(line: EventLine): string {
    this.events++;
    const time = Number.isNaN(line.time) ? "" : line.time.toFixed(6);
    const texts = changeTexts(line).join("; ");
    const changes = texts === "" ? "" : `  ${this.palette.warning(printable(texts))}`;
    const task = printable(line.task).padEnd(TASK_WIDTH);
    const place =
      line.location === null ? "" : `  ${this.palette.faint(printable(placeText(line.location)))}`;
    const head = `${String(line.event).padStart(7)} ${time.padStart(14)}  ${task} ${printable(line.text)}`;
    return `${head}${changes}${place}\n${line.findings.map((mark) => this.mark(mark)).join("")}`;
  }

  /** A finding at its event, below it. */
  private mark({ severity, message, rule, name }: EventMark): string {
    const kind = this.palette[severity](`^ ${severity}:`);
    return `${" ".repeat(MARK_INDENT)}${kind} ${printable(message)} ${this.palette.faint(`[${rule} ${name}]`)}\n`;
  }

  live(findings: readonly Finding[], story: string | undefined): string {
    const shown = new Map<string, number>();
    let text = "";
    for (const finding of findings) {
      const count = (shown.get(finding.rule) ?? 0) + 1;
      shown.set(finding.rule, count);
      if (
        this.told.has(finding) ||
        (!this.verbose && (finding.severity === "info" || count > SHOWN_PER_RULE))
      )
        continue;
      this.told.add(finding);
      text += this.finding(finding, count === 1, story ?? null);
    }
    return text;
  }

  *document(document: FindingsDocument): Generator<string> {
    const { palette } = this;
    if (this.several) {
      const gap = this.documents === 0 && this.events === 0 ? "" : "\n";
      yield `${gap}${palette.strong(`== ${printable(document.subject)}`)}\n`;
    } else if (this.events > 0) yield "\n";
    this.documents++;
    this.events = 0;
    yield* this.findings(document.findings, document.story ?? null);
    for (const listing of document.listings) yield* this.listing(listing);
    if (this.brief) return;
    if (document.findings.length + document.listings.length > 0) yield "\n";
    for (const remark of document.remarks) yield this.remark(remark);
    for (const remark of undecidedRemarks(document.undecided)) yield this.remark(remark);
    yield this.result(countsOf(document));
  }

  *end(): Generator<string> {}

  private *findings(findings: readonly Finding[], story: string | null): Generator<string> {
    const { palette, verbose } = this;
    const byRule = grouped(findings);
    const shown = new Map<string, number>();
    for (const finding of findings) {
      const count = (shown.get(finding.rule) ?? 0) + 1;
      shown.set(finding.rule, count);
      const all = byRule.get(finding.rule)?.length ?? 0;
      if (finding.severity === "info" && !verbose) continue;
      if (!verbose && count > SHOWN_PER_RULE) {
        if (count === SHOWN_PER_RULE + 1) yield this.restOfRule(finding, all - SHOWN_PER_RULE);
        continue;
      }
      if (!this.told.isCurrent(finding)) yield this.finding(finding, count === 1, story);
    }
    this.told.clear();
    if (verbose) return;
    for (const group of byRule.values()) {
      const infos = group.filter((finding) => finding.severity === "info");
      if (infos.length > 0) yield findingLine(infos[0], palette, infos.length - 1);
    }
  }

  private finding(finding: Finding, full: boolean, story: string | null): string {
    const context = findingContext(finding, this.palette, this.columns, full, story);
    return findingLine(finding, this.palette) + context;
  }

  private *listing(listing: Listing): Generator<string> {
    yield `${this.palette.strong(printable(listing.title))}\n`;
    for (const line of listing.lines) yield `${printable(line)}\n`;
  }

  private restOfRule(finding: Finding, count: number): string {
    const text = `... and ${count} more of ${finding.rule} ${finding.name} (--rule ${finding.rule} shows all)`;
    return `${this.palette.strong(text)}\n`;
  }

  private remark({ tone, label, text }: Remark): string {
    const paint = tone === "warning" ? this.palette.warning : this.palette.faint;
    return labelled(label, text, 0, LABEL_WIDTH, this.columns, paint);
  }

  private result(summary: DocumentCounts): string {
    const { palette } = this;
    const { undecided, unmodelled } = summary;
    const parts = [
      counted(summary.error, "error", summary.error > 0 ? palette.error : palette.good),
      counted(summary.warning, "warning", summary.warning > 0 ? palette.warning : palette.good),
      `${summary.info} info`,
    ];
    if (summary.indeterminate > 0)
      parts.push(`${counted(summary.indeterminate, "check", String)} indeterminate`);
    if (undecided > 0) parts.push(`${undecided} ${undecided === 1 ? "rule" : "rules"} not decided`);
    if (unmodelled !== undefined && unmodelled > 0)
      parts.push(`${counted(unmodelled, "call", String)} not modelled`);
    return `${palette.faint("result".padEnd(LABEL_WIDTH))}${parts.join(", ")}\n`;
  }
}

function counted(count: number, noun: string, paint: (text: string) => string): string {
  return paint(`${count} ${noun}${count === 1 ? "" : "s"}`);
}

/** One remark per reason, with all rules that it holds for: short, and no rule is left out. */
function undecidedRemarks(undecided: readonly Undecided[]): Remark[] {
  const rulesByReason = new Map<string, string[]>();
  for (const { rule, why } of undecided) {
    const rules = rulesByReason.get(why);
    if (rules === undefined) rulesByReason.set(why, [rule]);
    else rules.push(rule);
  }
  return [...rulesByReason].map(([why, rules], i) => ({
    tone: "plain",
    label: i === 0 ? "undecided" : "",
    text: `${rules.join(" ")}: ${why}`,
  }));
}

function grouped(findings: readonly Finding[]): Map<string, Finding[]> {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const group = groups.get(finding.rule);
    if (group === undefined) groups.set(finding.rule, [finding]);
    else group.push(finding);
  }
  return groups;
}

/** For people. */
export const text: Sink = {
  name: "text",
  title: "for people: file:line: severity: message [rule], and a summary",
  audience: "people",
  open: (options) => new TextWriter(options),
};
