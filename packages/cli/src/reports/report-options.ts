import { type RuleHelp, type Severity, severities, sinks } from "@xgt/findings";
import { InvalidArgumentError, Option } from "commander";
import { VERSION } from "../terminal/version.ts";

/** From which severity on findings change the exit status. */
export type FailOn = Severity | "never";

/** One more form of the same report, and the file that it goes to. */
export interface AlsoReport {
  /** Name of a form: "sarif". */
  readonly format: string;
  /** As the user named the file. */
  readonly path: string;
}

/** `-f`, for a report that any sink writes. */
export function formatOption(): Option {
  return new Option("-f, --format <FORMAT>", "form of the report")
    .choices(sinks.map((sink) => sink.name))
    .default("text");
}

/** `--also`. */
export function alsoOption(): Option {
  return new Option(
    "--also <FORMAT=FILE>",
    "write the report in this form too, as in sarif=xgt.sarif; repeatable",
  ).argParser(parseAlso);
}

/** `--fail-on`. */
export function failOnOption(): Option {
  return new Option("--fail-on <SEVERITY>", "exit with 1 from this severity on")
    .choices([...severities, "never"])
    .default("error");
}

/** Who reports: this program, about these rules. */
export function reporterOf(rules: readonly RuleHelp[], failOn: FailOn) {
  return {
    version: VERSION,
    failOn,
    rules: rules.map(({ id, name, severity, what, why, fix }) => ({ id, name, severity, what, why, fix })),
  };
}

function parseAlso(text: string, before: readonly AlsoReport[] | undefined): AlsoReport[] {
  const at = text.indexOf("=");
  const format = text.slice(0, Math.max(at, 0));
  const path = text.slice(at + 1);
  const names = sinks.map(({ name }) => name);
  if (!names.includes(format) || path === "" || path === "-") {
    throw new InvalidArgumentError(
      `Write FORMAT=FILE, as in sarif=xgt.sarif; forms are ${names.join(", ")}.`,
    );
  }
  return [...(before ?? []), { format, path }];
}
