import type { Finding } from "../finding.ts";
import type { Severity } from "../severity.ts";
import { findingSentences, placeText } from "./finding-text.ts";
import { Fingerprints } from "./fingerprint.ts";
import { visibleJson } from "./printable.ts";
import type { FindingsDocument, Sink, SinkWriter } from "./sink.ts";

/** Severities as GitLab's code quality report names them. */
const SEVERITIES: Record<Severity, string> = { error: "critical", warning: "major", info: "info" };

/** One array of code quality violations, whatever number of documents there is. */
class GitlabWriter implements SinkWriter {
  private readonly fingerprints = new Fingerprints();
  private written = 0;

  event(): string {
    return "";
  }

  *document({ subject, findings }: FindingsDocument): Generator<string> {
    for (const finding of findings) {
      const violation = JSON.stringify(violationOf(finding, subject, this.fingerprints.of(finding)));
      yield `${this.written++ === 0 ? "[" : ","}\n  ${visibleJson(violation)}`;
    }
  }

  *end(): Generator<string> {
    yield this.written === 0 ? "[]\n" : "\n]\n";
  }
}

function violationOf(finding: Finding, subject: string, fingerprint: string) {
  const { location, rule, name } = finding;
  // A report knows lines only: of binary logs the text says which byte.
  const isLine = location?.unit === "line" && location.place !== null;
  const byte = location === null || isLine || location.place === null ? "" : `${placeText(location)}: `;
  return {
    description: `${byte}${findingSentences(finding)}`,
    check_name: `${rule} ${name}`,
    fingerprint,
    severity: SEVERITIES[finding.severity],
    location: { path: location?.path ?? subject, lines: { begin: isLine ? location.place : 1 } },
  };
}

/** For GitLab's merge requests. */
export const gitlab: Sink = {
  name: "gitlab",
  title: "a code quality report for GitLab",
  audience: "programs",
  open: () => new GitlabWriter(),
};
