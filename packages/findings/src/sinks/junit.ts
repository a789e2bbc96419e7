import type { Finding, Undecided } from "../finding.ts";
import { fails } from "./fails.ts";
import { findingMessage, findingSentences, placeText } from "./finding-text.ts";
import { printable, wellFormed } from "./printable.ts";
import type { FindingsDocument, Reporter, RuleHelp, Sink, SinkOptions, SinkWriter } from "./sink.ts";

/** Findings of one rule that its test case tells in full. */
const TOLD_PER_RULE = 20;

/**
 * One test suite a document, one test case a rule: failed by findings that fail the run, skipped where the rule could
 * not be decided. A document that cannot be relied upon has a test case of its own that ended in an error, so that no
 * suite passes by silence.
 */
class JunitWriter implements SinkWriter {
  private readonly reporter: Reporter;
  private documents = 0;

  constructor({ reporter }: SinkOptions) {
    this.reporter = reporter;
  }

  event(): string {
    return "";
  }

  *document(document: FindingsDocument): Generator<string> {
    if (this.documents++ === 0) yield this.start();
    const { subject, findings, undecided, troubles = [] } = document;
    const cases = this.casesOf(findings, undecided);
    // Silence of an input that cannot be relied upon is no pass.
    if (troubles.length > 0) for (const { open } of cases) open.push("see the test case of the input");
    const failures = cases.filter(({ failing }) => failing.length > 0).length;
    const skipped = cases.filter(({ failing, open }) => failing.length === 0 && open.length > 0).length;
    const errors = troubles.length > 0 ? 1 : 0;
    const tests = cases.length + 1;
    yield ` <testsuite name="${xml(subject)}" tests="${tests}" failures="${failures}" errors="${errors}" skipped="${skipped}">\n`;
    yield inputCase(subject, troubles);
    for (const one of cases) yield testCase(one, subject);
    yield " </testsuite>\n";
  }

  *end(): Generator<string> {
    if (this.documents === 0) yield this.start();
    yield "</testsuites>\n";
  }

  private start(): string {
    return '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="xgt">\n';
  }

  /** What came of each rule, rules of findings that the catalogue lacks too. */
  private casesOf(findings: readonly Finding[], undecided: readonly Undecided[]): RuleCase[] {
    const cases = new Map<string, RuleCase>();
    const of = ({ id, name }: Pick<RuleHelp, "id" | "name">) => {
      let one = cases.get(id);
      if (one === undefined) {
        one = { id, name, failing: [], other: [], open: [] };
        cases.set(id, one);
      }
      return one;
    };
    for (const rule of this.reporter.rules) of(rule);
    for (const finding of findings) {
      const one = of({ id: finding.rule, name: finding.name });
      (fails(finding, this.reporter) ? one.failing : one.other).push(finding);
    }
    for (const { rule, name, why } of undecided) of({ id: rule, name }).open.push(why);
    return [...cases.values()];
  }
}

/** Whether the input can be relied upon: the test case that no silence passes. */
function inputCase(subject: string, troubles: readonly string[]): string {
  const start = `  <testcase classname="${xml(subject)}" name="input"`;
  if (troubles.length === 0) return `${start}/>\n`;
  const error = `<error message="${xml(troubles[0])}">${troubles.map(xml).join("\n")}</error>`;
  return `${start}>\n   ${error}\n  </testcase>\n`;
}

/** What came of one rule. */
interface RuleCase {
  readonly id: string;
  readonly name: string;
  /** Findings that fail the run. */
  readonly failing: Finding[];
  /** Findings that do not. */
  readonly other: Finding[];
  /** Why it could not be decided. */
  readonly open: string[];
}

function testCase({ id, name, failing, other, open }: RuleCase, subject: string): string {
  const start = `  <testcase classname="${xml(subject)}" name="${xml(`${id} ${name}`)}"`;
  const parts: string[] = [];
  if (failing.length > 0) {
    const message = failing.length === 1 ? findingMessage(failing[0]) : `${failing.length} findings`;
    parts.push(`<failure message="${xml(message)}" type="${failing[0].severity}">${told(failing)}</failure>`);
  } else if (open.length > 0) parts.push(`<skipped message="${xml(open.join("; "))}"/>`);
  if (other.length > 0) parts.push(`<system-out>${told(other)}</system-out>`);
  if (parts.length === 0) return `${start}/>\n`;
  return `${start}>\n${parts.map((part) => `   ${part}\n`).join("")}  </testcase>\n`;
}

function told(findings: readonly Finding[]): string {
  const lines = findings.slice(0, TOLD_PER_RULE).map((finding) => {
    const { severity, location } = finding;
    const place = location === null ? "" : `${placeText(location)}: `;
    return printable(`${place}${severity}: ${findingSentences(finding)}`);
  });
  const more = findings.length - TOLD_PER_RULE;
  if (more > 0) lines.push(`and ${more} more`);
  return xmlText(lines.join("\n"));
}

/** A text of one line inside of XML. */
function xml(text: string): string {
  return xmlText(printable(text));
}

/** A text inside of XML: markup quoted, and what XML cannot hold replaced. */
function xmlText(text: string): string {
  return wellFormed(text)
    .replace(/[\uFFFE\uFFFF]/g, "\uFFFD")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** For CI services that show test results. */
export const junit: Sink = {
  name: "junit",
  title: "JUnit's XML: a test case for each rule",
  audience: "programs",
  open: (options) => new JunitWriter(options),
};
