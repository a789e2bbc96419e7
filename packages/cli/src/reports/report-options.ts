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

/** Forms that show findings to services, for commands that have forms of their own for people and programs. */
export const serviceForms: readonly string[] = sinks
  .map(({ name }) => name)
  .filter((name) => !["text", "json", "ndjson"].includes(name));

/** `-f`; `own`: forms of the command's own that come before those for services. */
export function formatOption(own?: readonly string[]): Option {
  const names = own === undefined ? sinks.map(({ name }) => name) : [...own, ...serviceForms];
  return new Option("-f, --format <FORMAT>", "form of the report")
    .choices([...new Set(names)])
    .default("text");
}

/** `--also`. */
export function alsoOption(own?: readonly string[]): Option {
  const names = own === undefined ? sinks.map(({ name }) => name) : [...own, ...serviceForms];
  return new Option(
    "--also <FORMAT=FILE>",
    "write the report in this form too, as in sarif=xgt.sarif; repeatable",
  ).argParser(parseAlso([...new Set(names)]));
}

/** `--fail-on`. */
export function failOnOption(otherwise: FailOn = "error"): Option {
  return new Option("--fail-on <SEVERITY>", "exit with 1 from this severity on")
    .choices([...severities, "never"])
    .default(otherwise);
}

/** Who reports: this program, about these rules. */
export function reporterOf(rules: readonly RuleHelp[], failOn: FailOn) {
  return {
    version: VERSION,
    failOn,
    rules: rules.map(({ id, name, severity, what, why, fix }) => ({ id, name, severity, what, why, fix })),
  };
}

function parseAlso(names: readonly string[]) {
  return (text: string, before: readonly AlsoReport[] | undefined): AlsoReport[] => {
    const at = text.indexOf("=");
    const format = text.slice(0, Math.max(at, 0));
    const path = text.slice(at + 1);
    if (!names.includes(format) || path === "" || path === "-") {
      throw new InvalidArgumentError(
        `Write FORMAT=FILE, as in sarif=xgt.sarif; forms are ${names.join(", ")}.`,
      );
    }
    return [...(before ?? []), { format, path }];
  };
}
