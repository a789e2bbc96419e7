import type { Command } from "commander";
import { findConfig, type XgtConfig } from "../../config/xgt-config.ts";
import type { FailOn } from "../../reports/report-options.ts";
import { CliError } from "../../terminal/cli-error.ts";
import { type Io, workingFolder } from "../../terminal/io.ts";
import { parseXen } from "../../terminal/parse-options.ts";

/** Options of the commands that replay which a repository may set. */
interface RunDefaults {
  domains?: string;
  xen?: string;
  failOn?: FailOn;
  require?: ReadonlySet<string>;
  rule?: ReadonlySet<string> | undefined;
  ignore?: ReadonlySet<string> | undefined;
  baseline?: string;
}

/**
 * The options with what the nearest xgt.config.json says where the command line says nothing, and what that was, in
 * words for people; null: there is no such file. Throws CliError.
 */
export async function withDefaults<T extends RunDefaults>(
  given: T,
  command: Command,
  io: Io,
): Promise<{ readonly options: T; readonly defaults: string | null }> {
  const config = findConfig(workingFolder(io));
  if (config === null) return { options: given, defaults: null };
  // Most folders have no such file, and the rules of layouts, which it may name, take their time to load.
  const { ignoredRules, ignoredText, requiredRules } = await import("./default-rules.ts");
  const options = { ...given };
  const said: string[] = [];
  const isGiven = (name: string) => (command.getOptionValueSource(name) ?? "default") !== "default";
  const takes = (name: string) => command.options.some((option) => option.attributeName() === name);
  const set = <K extends keyof RunDefaults>(name: K, value: RunDefaults[K] | undefined, text: string) => {
    if (value === undefined || !takes(name) || isGiven(name)) return;
    Object.assign(options, { [name]: value });
    said.push(text);
  };
  set("domains", config.domains, `domains of ${config.domains}`);
  set("xen", xenOf(config), `Xen ${config.xen}`);
  set("failOn", config.failOn, `fails on ${config.failOn}`);
  if (config.require.length > 0)
    set("require", requiredRules(config), `requires ${config.require.join(", ")}`);
  const ignored = ignoredRules(config, "GHI", given.rule);
  if (ignored.size > 0) set("ignore", ignored, ignoredText(config, ignored));
  set("baseline", config.baseline, `accepts what ${config.baseline} lists`);
  return { options, defaults: said.length === 0 ? null : `${config.path}: ${said.join("; ")}` };
}

/** Throws CliError where the release is not known. */
function xenOf({ path, xen }: XgtConfig): string | undefined {
  try {
    return xen === undefined ? undefined : parseXen(xen);
  } catch (error) {
    throw new CliError(`${path}: xen is ${xen}: ${error instanceof Error ? error.message : error}`);
  }
}
