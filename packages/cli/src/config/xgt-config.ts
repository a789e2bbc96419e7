import { readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { severities } from "@xgt/findings";
import { CONFIG_BYTES_MAX } from "../limits.ts";
import type { FailOn } from "../reports/report-options.ts";
import { CliError } from "../terminal/cli-error.ts";
import { suggestion } from "../terminal/nearest.ts";

/** Name of the file. */
const CONFIG_FILE = "xgt.config.json";
/** Its members, in the order in which the documents list them. */
export const CONFIG_MEMBERS = [
  "$schema",
  "version",
  "domains",
  "xen",
  "fail-on",
  "require",
  "ignore",
  "baseline",
] as const;

/** A rule that a repository leaves out of its reports, and why. */
export interface IgnoredRule {
  /** Id or name, as written. */
  readonly rule: string;
  /** Never empty. */
  readonly reason: string;
}

/** A repository's defaults. Undefined: it says nothing of that. */
export interface XgtConfig {
  /** The file, relative to the working folder. */
  readonly path: string;
  /** As `--domains`, relative to the working folder. */
  readonly domains: string | undefined;
  /** As `--xen`. */
  readonly xen: string | undefined;
  /** As `--fail-on`. */
  readonly failOn: FailOn | undefined;
  /** As `--require`. */
  readonly require: readonly string[];
  /** As `--ignore`. */
  readonly ignore: readonly IgnoredRule[];
  /** As `--baseline`, relative to the working folder. */
  readonly baseline: string | undefined;
}

/** The nearest xgt.config.json, in a folder or above; null: none. Throws CliError where it cannot be used. */
export function findConfig(folder: string): XgtConfig | null {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const text = readConfig(join(at, CONFIG_FILE), folder);
    if (text !== null) return parseConfig(text, join(at, CONFIG_FILE), folder);
    if (dirname(at) === at) return null;
  }
}

function readConfig(file: string, folder: string): string | null {
  try {
    const status = statSync(file);
    if (!status.isFile()) return null;
    if (status.size > CONFIG_BYTES_MAX)
      throw new CliError(`${shown(file, folder)}: longer than ${CONFIG_BYTES_MAX >> 10} KiB`);
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof CliError) throw error;
    const code = error instanceof Error && "code" in error ? error.code : "unknown error";
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EACCES") return null;
    throw new CliError(`${shown(file, folder)}: cannot be read (${code})`);
  }
}

function parseConfig(text: string, file: string, folder: string): XgtConfig {
  const path = shown(file, folder);
  const fail = (what: string): never => {
    throw new CliError(`${path}: ${what}`);
  };
  const config = parsed(text, path);
  if (!isObject(config) || config.version !== 1) return fail('it is an object with "version":1');
  for (const name of Object.keys(config)) {
    if (!(CONFIG_MEMBERS as readonly string[]).includes(name)) {
      fail(`no setting is called ${name}${suggestion(name, [...CONFIG_MEMBERS])}`);
    }
  }
  const textOf = (name: string): string | undefined => {
    const value = config[name];
    return value === undefined || typeof value === "string" ? value : fail(`${name} is a text`);
  };
  const fileOf = (name: string): string | undefined => {
    const value = textOf(name);
    return value === undefined ? undefined : shown(resolve(dirname(file), value), folder);
  };
  const failOn = textOf("fail-on");
  const levels: readonly string[] = [...severities, "never"];
  if (failOn !== undefined && !levels.includes(failOn)) fail(`fail-on is one of ${levels.join(", ")}`);
  return {
    path,
    domains: fileOf("domains"),
    xen: textOf("xen"),
    failOn: failOn as FailOn | undefined,
    require: textsOf(config.require ?? [], () => fail("require is a list of rules")),
    ignore: ignoredOf(config.ignore ?? [], fail),
    baseline: fileOf("baseline"),
  };
}

function ignoredOf(value: unknown, fail: (what: string) => never): IgnoredRule[] {
  if (!Array.isArray(value)) return fail("ignore is a list");
  return value.map((entry: unknown, at) => {
    const { rule, reason } = isObject(entry) ? entry : {};
    if (typeof rule !== "string" || typeof reason !== "string" || reason.trim() === "") {
      return fail(`ignore[${at}] needs "rule" and "reason": why the rule does not matter here`);
    }
    return { rule, reason: reason.trim() };
  });
}

function textsOf(value: unknown, fail: () => never): string[] {
  if (!Array.isArray(value)) return fail();
  return value.map((entry: unknown) => (typeof entry === "string" ? entry : fail()));
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CliError(`${path}: ${error instanceof Error ? error.message : error}`);
  }
}

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A path as a user in `folder` would write it. */
function shown(file: string, folder: string): string {
  const near = relative(folder, file);
  return isAbsolute(near) || near === "" ? file : near;
}
