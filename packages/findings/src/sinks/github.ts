import type { Finding } from "../finding.ts";
import { severities, severityRank } from "../severity.ts";
import { findingMessage, placeText } from "./finding-text.ts";
import { printable } from "./printable.ts";
import type { FindingsDocument, Sink, SinkOptions, SinkWriter } from "./sink.ts";

/** Names of annotations, in the order of `severities`. */
const COMMANDS = ["error", "warning", "notice"] as const;

/**
 * Annotations of GitHub's workflow commands (`::error file=...::message`), the worst findings first, as GitHub shows
 * ten of a kind only. What is only information needs to be asked for.
 */
class GithubWriter implements SinkWriter {
  private readonly verbose: boolean;

  constructor({ verbose }: SinkOptions) {
    this.verbose = verbose;
  }

  event(): string {
    return "";
  }

  *document({ subject, findings, troubles = [] }: FindingsDocument): Generator<string> {
    for (const trouble of troubles) {
      yield `::error title=${property(`xgt: ${subject}`)}::${data(printable(trouble))}\n`;
    }
    for (const severity of severities) {
      if (severity === "info" && !this.verbose) continue;
      for (const finding of findings) if (finding.severity === severity) yield annotation(finding);
    }
  }

  *end(): Generator<string> {}
}

function annotation(finding: Finding): string {
  const { location, rule, name, fix, causeEvent, notes } = finding;
  const properties: string[] = [];
  if (location !== null) {
    properties.push(`file=${property(location.path)}`);
    if (location.unit === "line" && location.place !== null) properties.push(`line=${location.place}`);
  }
  properties.push(`title=${property(`${rule} ${name}`)}`);
  const cause = notes.find(({ event }) => event !== null && event === causeEvent);
  const text = [`${findingMessage(finding)}.`];
  if (location?.unit === "byte") text.push(`At ${placeText(location)}.`);
  if (cause !== undefined) {
    const place = cause.location === null ? "" : ` (${placeText(cause.location)})`;
    text.push(`Since event ${causeEvent}: ${cause.message}${place}.`);
  }
  if (fix !== null) text.push(`Fix: ${fix}`);
  const lines = text.map(printable).join("\n");
  return `::${COMMANDS[severityRank(finding.severity)]} ${properties.join(",")}::${data(lines)}\n`;
}

/** The text of a workflow command. */
function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** The value of a workflow command's property. */
function property(text: string): string {
  return data(printable(text)).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

/** For a step of a GitHub workflow. */
export const github: Sink = {
  name: "github",
  title: "annotations for a GitHub workflow",
  audience: "programs",
  open: (options) => new GithubWriter(options),
};
