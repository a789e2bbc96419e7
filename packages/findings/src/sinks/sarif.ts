import type { Finding, Location, Note, Undecided } from "../finding.ts";
import type { Severity } from "../severity.ts";
import { findingJson, undecidedJson } from "./finding-json.ts";
import { findingSentences } from "./finding-text.ts";
import { Fingerprints } from "./fingerprint.ts";
import { type JsonValue, jsonText } from "./json-text.ts";
import { visibleJson, wellFormed } from "./printable.ts";
import type { FindingsDocument, Reporter, RuleHelp, Sink, SinkOptions, SinkWriter } from "./sink.ts";

/** SARIF's levels. */
const LEVELS: Record<Severity, string> = { error: "error", warning: "warning", info: "note" };
/** What SARIF calls a fingerprint of ours. */
const FINGERPRINT = "xgtCause/v1";

/**
 * One SARIF 2.1.0 log with one run (services take few runs of a file), whatever number of documents there is: rules
 * with their help, results with the call that caused each as related location, and what makes the whole unreliable as
 * notifications of an invocation that did not succeed.
 */
class SarifWriter implements SinkWriter {
  private readonly reporter: Reporter;
  private readonly rules: RuleHelp[];
  private readonly fingerprints = new Fingerprints();
  private readonly troubles: string[] = [];
  private readonly undecided: Undecided[] = [];
  private results = 0;
  private begun = false;

  constructor({ reporter }: SinkOptions) {
    this.reporter = reporter;
    this.rules = [...reporter.rules];
  }

  event(): string {
    return "";
  }

  *document({ subject, findings, undecided, troubles = [] }: FindingsDocument): Generator<string> {
    yield* this.start();
    this.troubles.push(...troubles.map((trouble) => `${subject}: ${trouble}`));
    this.undecided.push(...undecided);
    for (const finding of findings) {
      yield this.results++ === 0 ? "\n   " : ",\n   ";
      yield* jsonText(this.resultOf(finding), "   ");
    }
  }

  *end(): Generator<string> {
    yield* this.start();
    yield '],\n  "invocations":[';
    yield* jsonText(invocationOf(this.troubles), "  ");
    yield '],\n  "properties":';
    yield* jsonText({ undecided: this.undecided.map(undecidedJson) }, "  ");
    yield "}]}\n";
  }

  private *start(): Generator<string> {
    if (this.begun) return;
    this.begun = true;
    yield '{"$schema":"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",\n';
    yield ' "version":"2.1.0",\n "runs":[{"tool":{"driver":{"name":"xgt",';
    yield `"semanticVersion":${JSON.stringify(this.reporter.version)},"rules":[`;
    for (const [at, rule] of this.rules.entries()) {
      yield at === 0 ? "\n   " : ",\n   ";
      yield visibleJson(JSON.stringify(descriptorOf(rule)));
    }
    yield ']}},\n  "columnKind":"utf16CodeUnits",\n  "results":[';
  }

  private resultOf(finding: Finding): JsonValue {
    const ruleIndex = this.rules.findIndex(({ id }) => id === finding.rule);
    const related = finding.notes.flatMap((note, at) => relatedOf(note, at));
    return {
      ruleId: finding.rule,
      ...(ruleIndex >= 0 && { ruleIndex }),
      level: LEVELS[finding.severity],
      message: { text: findingSentences(finding) },
      locations: finding.location === null ? [] : [locationOf(finding.location)],
      ...(related.length > 0 && { relatedLocations: related }),
      partialFingerprints: { [FINGERPRINT]: this.fingerprints.of(finding) },
      occurrenceCount: finding.occurrences,
      properties: findingJson(finding),
    };
  }
}

function descriptorOf({ id, name, severity, what, why, fix }: RuleHelp): JsonValue {
  return {
    id,
    name,
    shortDescription: { text: what },
    fullDescription: { text: why },
    help: { text: `${what} ${why} Fix: ${fix}`, markdown: `${what}\n\n${why}\n\n**Fix:** ${fix}` },
    defaultConfiguration: { level: LEVELS[severity] },
  };
}

function locationOf(location: Location): { readonly [name: string]: JsonValue } {
  const { path, place, unit } = location;
  // SARIF counts lines from 1 and bytes from 0; a place before the first line is the file as a whole.
  const region =
    place === null || (unit === "line" && place < 1)
      ? {}
      : { region: unit === "line" ? { startLine: place } : { byteOffset: place } };
  return { physicalLocation: { artifactLocation: { uri: uriOf(path) }, ...region } };
}

function relatedOf({ message, event, location }: Note, at: number): JsonValue[] {
  if (location === null) return [];
  const text = event === null ? message : `event ${event}: ${message}`;
  return [{ id: at + 1, ...locationOf(location), message: { text } }];
}

/** A path as a relative reference or as a file's URI; a URL as it is. */
function uriOf(path: string): string {
  if (/^(https?|s3):\/\//.test(path) && URL.canParse(path)) return new URL(path).href;
  const parts = wellFormed(path).split("/").map(encodeURIComponent).join("/");
  return path.startsWith("/") ? `file://${parts}` : parts;
}

function invocationOf(troubles: readonly string[]): JsonValue {
  return {
    executionSuccessful: troubles.length === 0,
    toolExecutionNotifications: troubles.map((text) => ({ level: "error", message: { text } })),
  };
}

/** For code scanning. */
export const sarif: Sink = {
  name: "sarif",
  title: "SARIF 2.1.0, for code scanning",
  audience: "programs",
  open: (options) => new SarifWriter(options),
};
